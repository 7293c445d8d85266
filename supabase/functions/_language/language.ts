import type { Hear } from "./findings.ts";

/** All that a language has to bring: one that lacks a part is a type error where the languages are listed. */
export interface Language {
  hear: Hear;
}
