import type { ClinicWords } from "../../../functions/_language/findings.ts";

/** A clinic in words, with a second service and provider for everything that could be mistaken. */
export const CLINIC: ClinicWords = {
  country: "US",
  services: [
    { id: "check-up", names: ["Check-up", "exam"] },
    { id: "cleaning", names: ["Cleaning", "a clean", "hygienist", "scale and polish"] },
    { id: "crown", names: ["Crown fitting"] },
    { id: "blood", names: ["Blood test", "bloods"] },
  ],
  providers: [
    { id: "ortiz", names: ["Doctor Ortiz", "Dr. Maya Ortiz"] },
    { id: "whitlock", names: ["Doctor Whitlock", "Dr. Ben Whitlock"] },
  ],
  emergencies: ["swelling fever", "swollen fever", "swollen temperature"],
};

/** A Monday morning. */
export const NOW = "2026-11-23T09:00";
