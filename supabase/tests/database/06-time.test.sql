-- Time: the cases of ../time-cases.json as the engine sees them. What the words in it mean, the TypeScript tests check.
begin;
set local search_path = public, extensions;
set local timezone = 'UTC';

-- The cases stand in here because a test file must stand alone. After a change to them,
-- `deno run -A supabase/tests/copy-time-cases.ts` copies them again; a test fails while the two differ.
create temporary table time_cases as
select $cases$
{
  "about": [
    "Cases of time that the SQL tests and the TypeScript tests both read, so that the two cannot disagree.",
    "A wall clock has no zone (2026-11-24T09:00), an instant ends in Z, `now` is the moment of asking; spans are [from, to).",
    "clocks: [zone, wall clock, the instant it is, why]. Of a wall clock that comes twice, the later;",
    "one that is skipped means as many minutes after the change.",
    "starts: at `now`, with these weekly hours (weekday 1 is Monday), the wall-clock span `asked` has those open starts,",
    "or is refused with that reason.",
    "wordings: said: [words, from, to, and the same two as instants]; said at the wall clock `asked`, the words mean that",
    "span of the clinic's wall clock, or nothing that we understand (null). The morning ends at noon, the afternoon goes",
    "from noon to six, the evening from five to midnight; a time of day alone (at, after) lasts until midnight. A number",
    "of weeks means the week that begins then; weeks begin on Sunday in en-US and on Monday in en-GB."
  ],
  "clocks": [
    ["America/New_York", "2026-11-24T09:00", "2026-11-24T14:00Z", "an ordinary winter morning"],
    ["America/New_York", "2027-07-01T09:00", "2027-07-01T13:00Z", "an ordinary summer morning"],
    ["America/New_York", "2027-03-14T01:59", "2027-03-14T06:59Z", "the last minute before clocks go forward"],
    ["America/New_York", "2027-03-14T02:30", "2027-03-14T07:30Z", "half past two does not exist: half past three"],
    ["America/New_York", "2027-03-14T03:00", "2027-03-14T07:00Z", "the first minute of summer time"],
    ["America/New_York", "2026-11-01T00:59", "2026-11-01T04:59Z", "the hour before the repeated one is summer time"],
    ["America/New_York", "2026-11-01T01:30", "2026-11-01T06:30Z", "half past one comes twice: the later"],
    ["America/New_York", "2026-11-01T02:00", "2026-11-01T07:00Z", "after clocks went back"],
    ["Europe/London", "2027-03-28T01:30", "2027-03-28T01:30Z", "half past one does not exist: half past two"],
    ["Europe/London", "2026-10-25T01:30", "2026-10-25T01:30Z", "half past one comes twice: the later"],
    [
      "Australia/Lord_Howe",
      "2026-10-04T02:15",
      "2026-10-03T15:45Z",
      "clocks go forward by half an hour: a quarter past two is a quarter to three"
    ],
    [
      "Australia/Lord_Howe",
      "2027-04-04T01:45",
      "2027-04-03T15:15Z",
      "clocks go back by half an hour: the later quarter to two"
    ],
    ["Pacific/Apia", "2011-12-29T23:59", "2011-12-30T09:59Z", "the last evening before the skipped day"],
    [
      "Pacific/Apia",
      "2011-12-30T09:00",
      "2011-12-30T19:00Z",
      "a clock of the skipped day shows the same time a day later"
    ],
    ["Pacific/Apia", "2011-12-31T09:00", "2011-12-30T19:00Z", "the first morning after the skipped day"],
    ["Asia/Kolkata", "2026-11-24T09:00", "2026-11-24T03:30Z", "a zone at half an hour"],
    ["Asia/Kathmandu", "2026-11-24T09:00", "2026-11-24T03:15Z", "a zone at three quarters of an hour"],
    ["America/New_York", "2028-02-29T09:00", "2028-02-29T14:00Z", "the leap day"],
    ["America/New_York", "2026-12-31T23:59", "2027-01-01T04:59Z", "the last minute of a year is next year in UTC"],
    ["Australia/Sydney", "2026-11-23T08:00", "2026-11-22T21:00Z", "a morning ahead of UTC is yesterday there"],
    ["America/Santiago", "2026-09-06T00:00", "2026-09-06T04:00Z", "clocks go forward at midnight: there is no midnight"]
  ],
  "starts": [
    {
      "what": "the night clocks go forward loses an hour of opening",
      "zone": "America/New_York",
      "now": "2027-03-13T12:00Z",
      "asked": { "from": "2027-03-14T00:00", "to": "2027-03-15T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 7, "opens_at": "01:00", "closes_at": "05:00" }
      ],
      "starts_local": ["2027-03-14T01:00", "2027-03-14T03:00", "2027-03-14T04:00"],
      "starts": ["2027-03-14T06:00Z", "2027-03-14T07:00Z", "2027-03-14T08:00Z"]
    },
    {
      "what": "hours that open in the skipped hour open as many minutes after the change",
      "zone": "America/New_York",
      "now": "2027-03-13T12:00Z",
      "asked": { "from": "2027-03-14T00:00", "to": "2027-03-15T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 7, "opens_at": "02:30", "closes_at": "05:30" }
      ],
      "starts_local": ["2027-03-14T03:30", "2027-03-14T04:30"],
      "starts": ["2027-03-14T07:30Z", "2027-03-14T08:30Z"]
    },
    {
      "what": "hours that lie across the change by less than it skips are no hours",
      "zone": "America/New_York",
      "now": "2027-03-13T12:00Z",
      "asked": { "from": "2027-03-14T00:00", "to": "2027-03-15T00:00" },
      "service": { "duration_minutes": 15, "slot_step_minutes": 15, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 7, "opens_at": "02:30", "closes_at": "03:00" }
      ],
      "starts_local": [],
      "starts": []
    },
    {
      "what": "the morning after clocks went forward starts at the same wall clock",
      "zone": "America/New_York",
      "now": "2027-03-12T12:00Z",
      "asked": { "from": "2027-03-13T00:00", "to": "2027-03-15T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 6, "opens_at": "09:00", "closes_at": "10:00" },
        { "weekday": 7, "opens_at": "09:00", "closes_at": "10:00" }
      ],
      "starts_local": ["2027-03-13T09:00", "2027-03-14T09:00"],
      "starts": ["2027-03-13T14:00Z", "2027-03-14T13:00Z"]
    },
    {
      "what": "the night clocks go back gains an hour of opening",
      "zone": "America/New_York",
      "now": "2026-10-31T12:00Z",
      "asked": { "from": "2026-11-01T00:00", "to": "2026-11-02T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 7, "opens_at": "00:00", "closes_at": "03:00" }
      ],
      "starts_local": ["2026-11-01T00:00", "2026-11-01T01:00", "2026-11-01T01:00", "2026-11-01T02:00"],
      "starts": ["2026-11-01T04:00Z", "2026-11-01T05:00Z", "2026-11-01T06:00Z", "2026-11-01T07:00Z"]
    },
    {
      "what": "hours that open in the repeated hour open the second time it comes",
      "zone": "America/New_York",
      "now": "2026-10-31T12:00Z",
      "asked": { "from": "2026-11-01T00:00", "to": "2026-11-02T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 7, "opens_at": "01:00", "closes_at": "03:00" }
      ],
      "starts_local": ["2026-11-01T01:00", "2026-11-01T02:00"],
      "starts": ["2026-11-01T06:00Z", "2026-11-01T07:00Z"]
    },
    {
      "what": "an appointment across the change lasts as long as any other",
      "zone": "America/New_York",
      "now": "2026-10-31T12:00Z",
      "asked": { "from": "2026-11-01T00:00", "to": "2026-11-02T00:00" },
      "service": { "duration_minutes": 90, "slot_step_minutes": 90, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 7, "opens_at": "00:30", "closes_at": "02:30" }
      ],
      "starts_local": ["2026-11-01T00:30", "2026-11-01T01:00"],
      "starts": ["2026-11-01T04:30Z", "2026-11-01T06:00Z"]
    },
    {
      "what": "London, spring: the hour from one to two is missing",
      "zone": "Europe/London",
      "now": "2027-03-27T12:00Z",
      "asked": { "from": "2027-03-28T00:00", "to": "2027-03-29T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 7, "opens_at": "00:00", "closes_at": "04:00" }
      ],
      "starts_local": ["2027-03-28T00:00", "2027-03-28T02:00", "2027-03-28T03:00"],
      "starts": ["2027-03-28T00:00Z", "2027-03-28T01:00Z", "2027-03-28T02:00Z"]
    },
    {
      "what": "London, autumn: the hour from one to two comes twice",
      "zone": "Europe/London",
      "now": "2026-10-24T12:00Z",
      "asked": { "from": "2026-10-25T00:00", "to": "2026-10-26T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 7, "opens_at": "00:00", "closes_at": "02:00" }
      ],
      "starts_local": ["2026-10-25T00:00", "2026-10-25T01:00", "2026-10-25T01:00"],
      "starts": ["2026-10-24T23:00Z", "2026-10-25T00:00Z", "2026-10-25T01:00Z"]
    },
    {
      "what": "Lord Howe, spring: half an hour is missing",
      "zone": "Australia/Lord_Howe",
      "now": "2026-10-03T02:00Z",
      "asked": { "from": "2026-10-04T00:00", "to": "2026-10-05T00:00" },
      "service": { "duration_minutes": 30, "slot_step_minutes": 30, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 7, "opens_at": "01:00", "closes_at": "03:30" }
      ],
      "starts_local": ["2026-10-04T01:00", "2026-10-04T01:30", "2026-10-04T02:30", "2026-10-04T03:00"],
      "starts": ["2026-10-03T14:30Z", "2026-10-03T15:00Z", "2026-10-03T15:30Z", "2026-10-03T16:00Z"]
    },
    {
      "what": "Lord Howe, autumn: half an hour comes twice",
      "zone": "Australia/Lord_Howe",
      "now": "2027-04-03T02:00Z",
      "asked": { "from": "2027-04-04T00:00", "to": "2027-04-05T00:00" },
      "service": { "duration_minutes": 30, "slot_step_minutes": 30, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 7, "opens_at": "01:00", "closes_at": "02:00" }
      ],
      "starts_local": ["2027-04-04T01:00", "2027-04-04T01:30", "2027-04-04T01:30"],
      "starts": ["2027-04-03T14:00Z", "2027-04-03T14:30Z", "2027-04-03T15:00Z"]
    },
    {
      "what": "Apia: the skipped day is open for nobody, and its hours do not move to the next day",
      "zone": "Pacific/Apia",
      "now": "2011-12-28T20:00Z",
      "asked": { "from": "2011-12-29T00:00", "to": "2012-01-01T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 4, "opens_at": "09:00", "closes_at": "10:00" },
        { "weekday": 5, "opens_at": "09:00", "closes_at": "10:00" },
        { "weekday": 6, "opens_at": "13:00", "closes_at": "14:00" }
      ],
      "starts_local": ["2011-12-29T09:00", "2011-12-31T13:00"],
      "starts": ["2011-12-29T19:00Z", "2011-12-30T23:00Z"]
    },
    {
      "what": "Apia: hours across midnight into the skipped day go on in the day after it",
      "zone": "Pacific/Apia",
      "now": "2011-12-28T20:00Z",
      "asked": { "from": "2011-12-29T00:00", "to": "2012-01-01T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 4, "opens_at": "23:00", "closes_at": "01:00" }
      ],
      "starts_local": ["2011-12-29T23:00", "2011-12-31T00:00"],
      "starts": ["2011-12-30T09:00Z", "2011-12-30T10:00Z"]
    },
    {
      "what": "Apia: a day's question about the skipped day has an answer, none",
      "zone": "Pacific/Apia",
      "now": "2011-12-28T20:00Z",
      "asked": { "from": "2011-12-30T00:00", "to": "2011-12-31T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 5, "opens_at": "09:00", "closes_at": "17:00" }
      ],
      "starts_local": [],
      "starts": []
    },
    {
      "what": "Kolkata: hours begin at half an hour of UTC",
      "zone": "Asia/Kolkata",
      "now": "2026-11-23T00:00Z",
      "asked": { "from": "2026-11-24T00:00", "to": "2026-11-25T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 2, "opens_at": "09:00", "closes_at": "11:00" }
      ],
      "starts_local": ["2026-11-24T09:00", "2026-11-24T10:00"],
      "starts": ["2026-11-24T03:30Z", "2026-11-24T04:30Z"]
    },
    {
      "what": "Kathmandu: steps count from opening, not from the hour of UTC",
      "zone": "Asia/Kathmandu",
      "now": "2026-11-23T00:00Z",
      "asked": { "from": "2026-11-24T00:00", "to": "2026-11-25T00:00" },
      "service": { "duration_minutes": 30, "slot_step_minutes": 30, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 2, "opens_at": "09:00", "closes_at": "10:00" }
      ],
      "starts_local": ["2026-11-24T09:00", "2026-11-24T09:30"],
      "starts": ["2026-11-24T03:15Z", "2026-11-24T03:45Z"]
    },
    {
      "what": "the leap day is a Tuesday like any other",
      "zone": "America/New_York",
      "now": "2028-02-28T12:00Z",
      "asked": { "from": "2028-02-29T00:00", "to": "2028-03-01T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 2, "opens_at": "09:00", "closes_at": "11:00" }
      ],
      "starts_local": ["2028-02-29T09:00", "2028-02-29T10:00"],
      "starts": ["2028-02-29T14:00Z", "2028-02-29T15:00Z"]
    },
    {
      "what": "hours valid until the end of February end with the leap day",
      "zone": "America/New_York",
      "now": "2028-02-28T12:00Z",
      "asked": { "from": "2028-02-28T00:00", "to": "2028-03-03T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 1, "opens_at": "10:00", "closes_at": "11:00", "valid_from": null, "valid_to": "2028-02-29" },
        { "weekday": 2, "opens_at": "09:00", "closes_at": "10:00", "valid_from": null, "valid_to": "2028-02-29" },
        { "weekday": 3, "opens_at": "09:00", "closes_at": "10:00", "valid_from": null, "valid_to": "2028-02-29" }
      ],
      "starts_local": ["2028-02-28T10:00", "2028-02-29T09:00"],
      "starts": ["2028-02-28T15:00Z", "2028-02-29T14:00Z"]
    },
    {
      "what": "the last day of a month runs into the first of the next",
      "zone": "America/New_York",
      "now": "2026-11-30T12:00Z",
      "asked": { "from": "2026-11-30T00:00", "to": "2026-12-02T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 1, "opens_at": "17:00", "closes_at": "18:00" },
        { "weekday": 2, "opens_at": "09:00", "closes_at": "10:00" }
      ],
      "starts_local": ["2026-11-30T17:00", "2026-12-01T09:00"],
      "starts": ["2026-11-30T22:00Z", "2026-12-01T14:00Z"]
    },
    {
      "what": "hours across midnight belong to the day on which they open",
      "zone": "America/New_York",
      "now": "2026-11-23T12:00Z",
      "asked": { "from": "2026-11-24T00:00", "to": "2026-11-26T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 2, "opens_at": "22:00", "closes_at": "02:00" }
      ],
      "starts_local": ["2026-11-24T22:00", "2026-11-24T23:00", "2026-11-25T00:00", "2026-11-25T01:00"],
      "starts": ["2026-11-25T03:00Z", "2026-11-25T04:00Z", "2026-11-25T05:00Z", "2026-11-25T06:00Z"]
    },
    {
      "what": "asked about the morning, hours that opened the evening before are found",
      "zone": "America/New_York",
      "now": "2026-11-23T12:00Z",
      "asked": { "from": "2026-11-25T00:00", "to": "2026-11-26T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 2, "opens_at": "22:00", "closes_at": "02:00" }
      ],
      "starts_local": ["2026-11-25T00:00", "2026-11-25T01:00"],
      "starts": ["2026-11-25T05:00Z", "2026-11-25T06:00Z"]
    },
    {
      "what": "valid to a day, hours across its midnight still end on the next",
      "zone": "America/New_York",
      "now": "2026-11-23T12:00Z",
      "asked": { "from": "2026-11-24T00:00", "to": "2026-12-03T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 2, "opens_at": "23:00", "closes_at": "01:00", "valid_from": null, "valid_to": "2026-11-24" }
      ],
      "starts_local": ["2026-11-24T23:00", "2026-11-25T00:00"],
      "starts": ["2026-11-25T04:00Z", "2026-11-25T05:00Z"]
    },
    {
      "what": "hours that close when they open run for a whole day",
      "zone": "America/New_York",
      "now": "2026-11-23T12:00Z",
      "asked": { "from": "2026-11-24T00:00", "to": "2026-11-26T00:00" },
      "service": { "duration_minutes": 480, "slot_step_minutes": 480, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 2, "opens_at": "10:00", "closes_at": "10:00" }
      ],
      "starts_local": ["2026-11-24T10:00", "2026-11-24T18:00", "2026-11-25T02:00"],
      "starts": ["2026-11-24T15:00Z", "2026-11-24T23:00Z", "2026-11-25T07:00Z"]
    },
    {
      "what": "a night shift over the spring change is an hour shorter",
      "zone": "America/New_York",
      "now": "2027-03-12T12:00Z",
      "asked": { "from": "2027-03-13T00:00", "to": "2027-03-15T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 6, "opens_at": "23:00", "closes_at": "03:00" }
      ],
      "starts_local": ["2027-03-13T23:00", "2027-03-14T00:00", "2027-03-14T01:00"],
      "starts": ["2027-03-14T04:00Z", "2027-03-14T05:00Z", "2027-03-14T06:00Z"]
    },
    {
      "what": "a night shift over the autumn change is an hour longer",
      "zone": "America/New_York",
      "now": "2026-10-30T12:00Z",
      "asked": { "from": "2026-10-31T00:00", "to": "2026-11-02T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 6, "opens_at": "23:00", "closes_at": "02:00" }
      ],
      "starts_local": ["2026-10-31T23:00", "2026-11-01T00:00", "2026-11-01T01:00", "2026-11-01T01:00"],
      "starts": ["2026-11-01T03:00Z", "2026-11-01T04:00Z", "2026-11-01T05:00Z", "2026-11-01T06:00Z"]
    },
    {
      "what": "a holiday ends at midnight, and a night shift may go on after it",
      "zone": "America/New_York",
      "now": "2026-11-23T12:00Z",
      "asked": { "from": "2026-11-24T00:00", "to": "2026-11-26T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 2, "opens_at": "22:00", "closes_at": "01:00" }
      ],
      "holidays": ["2026-11-24"],
      "starts_local": ["2026-11-25T00:00"],
      "starts": ["2026-11-25T05:00Z"]
    },
    {
      "what": "a holiday on the day clocks go back lasts twenty-five hours",
      "zone": "America/New_York",
      "now": "2026-10-31T12:00Z",
      "asked": { "from": "2026-10-31T00:00", "to": "2026-11-03T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 6, "opens_at": "23:00", "closes_at": "00:00" },
        { "weekday": 7, "opens_at": "00:00", "closes_at": "00:00" },
        { "weekday": 1, "opens_at": "00:00", "closes_at": "01:00" }
      ],
      "holidays": ["2026-11-01"],
      "starts_local": ["2026-10-31T23:00", "2026-11-02T00:00"],
      "starts": ["2026-11-01T03:00Z", "2026-11-02T05:00Z"]
    },
    {
      "what": "time off over the spring change blocks what the wall clock says",
      "zone": "America/New_York",
      "now": "2027-03-13T12:00Z",
      "asked": { "from": "2027-03-14T00:00", "to": "2027-03-15T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 7, "opens_at": "00:00", "closes_at": "05:00" }
      ],
      "time_off": [
        { "from": "2027-03-14T01:00", "to": "2027-03-14T04:00" }
      ],
      "starts_local": ["2027-03-14T00:00", "2027-03-14T04:00"],
      "starts": ["2027-03-14T05:00Z", "2027-03-14T08:00Z"]
    },
    {
      "what": "asked in the evening, today's late hours are still open though UTC has tomorrow",
      "zone": "America/New_York",
      "now": "2026-11-24T00:30Z",
      "asked": { "from": "2026-11-23T00:00", "to": "2026-11-24T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 1, "opens_at": "18:00", "closes_at": "22:00" }
      ],
      "starts_local": ["2026-11-23T20:00", "2026-11-23T21:00"],
      "starts": ["2026-11-24T01:00Z", "2026-11-24T02:00Z"]
    },
    {
      "what": "asked in the evening, tomorrow is the clinic's tomorrow",
      "zone": "America/New_York",
      "now": "2026-11-24T00:30Z",
      "asked": { "from": "2026-11-24T00:00", "to": "2026-11-25T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 1, "opens_at": "09:00", "closes_at": "10:00" },
        { "weekday": 2, "opens_at": "09:00", "closes_at": "10:00" },
        { "weekday": 3, "opens_at": "09:00", "closes_at": "10:00" }
      ],
      "starts_local": ["2026-11-24T09:00"],
      "starts": ["2026-11-24T14:00Z"]
    },
    {
      "what": "asked in the evening, the horizon counts from the clinic's today",
      "zone": "America/New_York",
      "now": "2026-11-24T00:30Z",
      "asked": { "from": "2026-11-23T00:00", "to": "2026-11-28T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 1 },
      "hours": [
        { "weekday": 2, "opens_at": "09:00", "closes_at": "10:00" },
        { "weekday": 3, "opens_at": "09:00", "closes_at": "10:00" }
      ],
      "starts_local": ["2026-11-24T09:00"],
      "starts": ["2026-11-24T14:00Z"]
    },
    {
      "what": "asked early ahead of UTC, the horizon counts from the clinic's today",
      "zone": "Australia/Sydney",
      "now": "2026-11-22T21:00Z",
      "asked": { "from": "2026-11-23T00:00", "to": "2026-11-28T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 1 },
      "hours": [
        { "weekday": 1, "opens_at": "09:00", "closes_at": "10:00" },
        { "weekday": 2, "opens_at": "09:00", "closes_at": "10:00" },
        { "weekday": 3, "opens_at": "09:00", "closes_at": "10:00" }
      ],
      "starts_local": ["2026-11-23T09:00", "2026-11-24T09:00"],
      "starts": ["2026-11-22T22:00Z", "2026-11-23T22:00Z"]
    },
    {
      "what": "two hours' notice across the spring change are two hours that pass",
      "zone": "America/New_York",
      "now": "2027-03-14T06:00Z",
      "asked": { "from": "2027-03-14T00:00", "to": "2027-03-15T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 120, "horizon_days": 30 },
      "hours": [
        { "weekday": 7, "opens_at": "01:00", "closes_at": "06:00" }
      ],
      "starts_local": ["2027-03-14T04:00", "2027-03-14T05:00"],
      "starts": ["2027-03-14T08:00Z", "2027-03-14T09:00Z"]
    },
    {
      "what": "two hours' notice across the autumn change are two hours that pass",
      "zone": "America/New_York",
      "now": "2026-11-01T05:00Z",
      "asked": { "from": "2026-11-01T00:00", "to": "2026-11-02T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 120, "horizon_days": 30 },
      "hours": [
        { "weekday": 7, "opens_at": "00:00", "closes_at": "04:00" }
      ],
      "starts_local": ["2026-11-01T02:00", "2026-11-01T03:00"],
      "starts": ["2026-11-01T07:00Z", "2026-11-01T08:00Z"]
    },
    {
      "what": "notice that ends exactly at a start leaves that start open",
      "zone": "America/New_York",
      "now": "2026-11-23T14:00Z",
      "asked": { "from": "2026-11-23T00:00", "to": "2026-11-24T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 60, "horizon_days": 30 },
      "hours": [
        { "weekday": 1, "opens_at": "09:00", "closes_at": "12:00" }
      ],
      "starts_local": ["2026-11-23T10:00", "2026-11-23T11:00"],
      "starts": ["2026-11-23T15:00Z", "2026-11-23T16:00Z"]
    },
    {
      "what": "notice of a minute more closes it",
      "zone": "America/New_York",
      "now": "2026-11-23T14:00Z",
      "asked": { "from": "2026-11-23T00:00", "to": "2026-11-24T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 61, "horizon_days": 30 },
      "hours": [
        { "weekday": 1, "opens_at": "09:00", "closes_at": "12:00" }
      ],
      "starts_local": ["2026-11-23T11:00"],
      "starts": ["2026-11-23T16:00Z"]
    },
    {
      "what": "a horizon whose last day clocks go forward on ends with that day",
      "zone": "America/New_York",
      "now": "2027-03-12T12:00Z",
      "asked": { "from": "2027-03-12T00:00", "to": "2027-03-20T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 2 },
      "hours": [
        { "weekday": 7, "opens_at": "23:00", "closes_at": "00:00" },
        { "weekday": 1, "opens_at": "00:00", "closes_at": "01:00" }
      ],
      "starts_local": ["2027-03-14T23:00"],
      "starts": ["2027-03-15T03:00Z"]
    },
    {
      "what": "a horizon whose last day clocks go back on ends with that day",
      "zone": "America/New_York",
      "now": "2026-10-30T12:00Z",
      "asked": { "from": "2026-10-30T00:00", "to": "2026-11-06T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 2 },
      "hours": [
        { "weekday": 7, "opens_at": "23:00", "closes_at": "00:00" },
        { "weekday": 1, "opens_at": "00:00", "closes_at": "01:00" }
      ],
      "starts_local": ["2026-11-01T23:00"],
      "starts": ["2026-11-02T04:00Z"]
    },
    {
      "what": "a start inside the horizon may end after it",
      "zone": "America/New_York",
      "now": "2026-11-23T12:00Z",
      "asked": { "from": "2026-11-23T00:00", "to": "2026-11-28T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 1 },
      "hours": [
        { "weekday": 2, "opens_at": "23:30", "closes_at": "00:30" }
      ],
      "starts_local": ["2026-11-24T23:30"],
      "starts": ["2026-11-25T04:30Z"]
    },
    {
      "what": "a span beyond the horizon is too far, and the last day is told",
      "zone": "America/New_York",
      "now": "2026-11-24T00:30Z",
      "asked": { "from": "2026-12-24T00:00", "to": "2026-12-25T00:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 2, "opens_at": "09:00", "closes_at": "10:00" }
      ],
      "reason": "too_far",
      "latest_local": "2026-12-23"
    },
    {
      "what": "a span that has passed is too soon",
      "zone": "America/New_York",
      "now": "2026-11-24T00:30Z",
      "asked": { "from": "2026-11-23T00:00", "to": "2026-11-23T19:30" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 0, "horizon_days": 30 },
      "hours": [
        { "weekday": 1, "opens_at": "09:00", "closes_at": "10:00" }
      ],
      "reason": "too_soon"
    },
    {
      "what": "a span within the notice is too soon",
      "zone": "America/New_York",
      "now": "2027-03-14T06:00Z",
      "asked": { "from": "2027-03-14T03:00", "to": "2027-03-14T04:00" },
      "service": { "duration_minutes": 60, "slot_step_minutes": 60, "min_notice_minutes": 120, "horizon_days": 30 },
      "hours": [
        { "weekday": 7, "opens_at": "01:00", "closes_at": "06:00" }
      ],
      "reason": "too_soon"
    }
  ],
  "wordings": [
    {
      "zone": "America/New_York",
      "locale": "en-US",
      "now": "2026-11-22T20:29:40Z",
      "asked": "2026-11-22T15:29:40",
      "said": [
        ["today", "2026-11-22T00:00", "2026-11-23T00:00", "2026-11-22T05:00Z", "2026-11-23T05:00Z"],
        ["tomorrow", "2026-11-23T00:00", "2026-11-24T00:00", "2026-11-23T05:00Z", "2026-11-24T05:00Z"],
        ["tomorrow morning", "2026-11-23T00:00", "2026-11-23T12:00", "2026-11-23T05:00Z", "2026-11-23T17:00Z"],
        ["tomorrow afternoon", "2026-11-23T12:00", "2026-11-23T18:00", "2026-11-23T17:00Z", "2026-11-23T23:00Z"],
        ["the day after tomorrow", "2026-11-24T00:00", "2026-11-25T00:00", "2026-11-24T05:00Z", "2026-11-25T05:00Z"],
        ["Tuesday", "2026-11-24T00:00", "2026-11-25T00:00", "2026-11-24T05:00Z", "2026-11-25T05:00Z"],
        ["next Tuesday", "2026-11-24T00:00", "2026-11-25T00:00", "2026-11-24T05:00Z", "2026-11-25T05:00Z"],
        ["next Tuesday after three", "2026-11-24T15:00", "2026-11-25T00:00", "2026-11-24T20:00Z", "2026-11-25T05:00Z"],
        ["Friday morning", "2026-11-27T00:00", "2026-11-27T12:00", "2026-11-27T05:00Z", "2026-11-27T17:00Z"],
        ["Saturday evening", "2026-11-28T17:00", "2026-11-29T00:00", "2026-11-28T22:00Z", "2026-11-29T05:00Z"],
        [
          "I'd like to come in on Friday please",
          "2026-11-27T00:00",
          "2026-11-28T00:00",
          "2026-11-27T05:00Z",
          "2026-11-28T05:00Z"
        ],
        [
          "Monday between two and four",
          "2026-11-23T14:00",
          "2026-11-23T16:00",
          "2026-11-23T19:00Z",
          "2026-11-23T21:00Z"
        ],
        ["Wednesday before ten", "2026-11-25T00:00", "2026-11-25T10:00", "2026-11-25T05:00Z", "2026-11-25T15:00Z"],
        ["Thursday at 2:30 pm", "2026-11-26T14:30", "2026-11-27T00:00", "2026-11-26T19:30Z", "2026-11-27T05:00Z"],
        ["the 24th at nine", "2026-11-24T09:00", "2026-11-25T00:00", "2026-11-24T14:00Z", "2026-11-25T05:00Z"],
        ["Wednesday at noon", "2026-11-25T12:00", "2026-11-26T00:00", "2026-11-25T17:00Z", "2026-11-26T05:00Z"],
        ["the 14th", "2026-12-14T00:00", "2026-12-15T00:00", "2026-12-14T05:00Z", "2026-12-15T05:00Z"],
        ["the 30th", "2026-11-30T00:00", "2026-12-01T00:00", "2026-11-30T05:00Z", "2026-12-01T05:00Z"],
        ["the 31st", "2026-12-31T00:00", "2027-01-01T00:00", "2026-12-31T05:00Z", "2027-01-01T05:00Z"],
        ["in three days", "2026-11-25T00:00", "2026-11-26T00:00", "2026-11-25T05:00Z", "2026-11-26T05:00Z"],
        ["in two weeks", "2026-12-06T00:00", "2026-12-13T00:00", "2026-12-06T05:00Z", "2026-12-13T05:00Z"],
        ["a week from tomorrow", "2026-11-30T00:00", "2026-12-01T00:00", "2026-11-30T05:00Z", "2026-12-01T05:00Z"],
        ["December third", "2026-12-03T00:00", "2026-12-04T00:00", "2026-12-03T05:00Z", "2026-12-04T05:00Z"],
        ["12/3", "2026-12-03T00:00", "2026-12-04T00:00", "2026-12-03T05:00Z", "2026-12-04T05:00Z"],
        ["January 5th", "2027-01-05T00:00", "2027-01-06T00:00", "2027-01-05T05:00Z", "2027-01-06T05:00Z"],
        ["the last day of the month", "2026-11-30T00:00", "2026-12-01T00:00", "2026-11-30T05:00Z", "2026-12-01T05:00Z"],
        ["yesterday", "2026-11-21T00:00", "2026-11-22T00:00", "2026-11-21T05:00Z", "2026-11-22T05:00Z"],
        ["November 22nd 2036", "2036-11-22T00:00", "2036-11-23T00:00", "2036-11-22T05:00Z", "2036-11-23T05:00Z"],
        ["February 29th 2028", "2028-02-29T00:00", "2028-03-01T00:00", "2028-02-29T05:00Z", "2028-03-01T05:00Z"],
        ["purple", null, null, null, null],
        ["", null, null, null, null],
        ["<Say>hello</Say>", null, null, null, null],
        ["'; drop table appointments; --", null, null, null, null]
      ]
    },
    {
      "zone": "Europe/London",
      "locale": "en-GB",
      "now": "2026-11-22T20:29:40Z",
      "asked": "2026-11-22T20:29:40",
      "said": [
        ["3/12", "2026-12-03T00:00", "2026-12-04T00:00", "2026-12-03T00:00Z", "2026-12-04T00:00Z"],
        ["the third of December", "2026-12-03T00:00", "2026-12-04T00:00", "2026-12-03T00:00Z", "2026-12-04T00:00Z"],
        ["in a fortnight", "2026-12-06T00:00", "2026-12-13T00:00", "2026-12-06T00:00Z", "2026-12-13T00:00Z"],
        ["tomorrow at half past two", "2026-11-23T14:30", "2026-11-24T00:00", "2026-11-23T14:30Z", "2026-11-24T00:00Z"],
        ["next week", "2026-11-23T00:00", "2026-11-30T00:00", "2026-11-23T00:00Z", "2026-11-30T00:00Z"]
      ]
    },
    {
      "zone": "America/New_York",
      "locale": "en-US",
      "now": "2026-11-24T15:00Z",
      "asked": "2026-11-24T10:00",
      "said": [
        ["next Tuesday", "2026-12-01T00:00", "2026-12-02T00:00", "2026-12-01T05:00Z", "2026-12-02T05:00Z"],
        ["this Friday", "2026-11-27T00:00", "2026-11-28T00:00", "2026-11-27T05:00Z", "2026-11-28T05:00Z"],
        ["next week", "2026-11-29T00:00", "2026-12-06T00:00", "2026-11-29T05:00Z", "2026-12-06T05:00Z"],
        ["this afternoon", "2026-11-24T12:00", "2026-11-24T18:00", "2026-11-24T17:00Z", "2026-11-24T23:00Z"]
      ]
    },
    {
      "zone": "America/New_York",
      "locale": "en-US",
      "now": "2026-11-23T00:30Z",
      "asked": "2026-11-22T19:30",
      "said": [
        ["today", "2026-11-22T00:00", "2026-11-23T00:00", "2026-11-22T05:00Z", "2026-11-23T05:00Z"],
        ["tomorrow", "2026-11-23T00:00", "2026-11-24T00:00", "2026-11-23T05:00Z", "2026-11-24T05:00Z"],
        ["tomorrow morning", "2026-11-23T00:00", "2026-11-23T12:00", "2026-11-23T05:00Z", "2026-11-23T17:00Z"]
      ]
    },
    {
      "zone": "America/New_York",
      "locale": "en-US",
      "now": "2027-01-01T04:30Z",
      "asked": "2026-12-31T23:30",
      "said": [
        ["tomorrow", "2027-01-01T00:00", "2027-01-02T00:00", "2027-01-01T05:00Z", "2027-01-02T05:00Z"],
        ["the 31st", "2026-12-31T00:00", "2027-01-01T00:00", "2026-12-31T05:00Z", "2027-01-01T05:00Z"]
      ]
    },
    {
      "zone": "Australia/Sydney",
      "locale": "en-GB",
      "now": "2026-11-22T21:00Z",
      "asked": "2026-11-23T08:00",
      "said": [
        ["today", "2026-11-23T00:00", "2026-11-24T00:00", "2026-11-22T13:00Z", "2026-11-23T13:00Z"],
        ["tomorrow", "2026-11-24T00:00", "2026-11-25T00:00", "2026-11-23T13:00Z", "2026-11-24T13:00Z"]
      ]
    },
    {
      "zone": "Asia/Kolkata",
      "locale": "en-GB",
      "now": "2026-11-22T20:45Z",
      "asked": "2026-11-23T02:15",
      "said": [
        ["this afternoon", "2026-11-23T12:00", "2026-11-23T18:00", "2026-11-23T06:30Z", "2026-11-23T12:30Z"],
        ["tomorrow", "2026-11-24T00:00", "2026-11-25T00:00", "2026-11-23T18:30Z", "2026-11-24T18:30Z"]
      ]
    },
    {
      "zone": "Asia/Kathmandu",
      "locale": "en-GB",
      "now": "2026-11-22T23:15Z",
      "asked": "2026-11-23T05:00",
      "said": [
        ["tomorrow afternoon", "2026-11-24T12:00", "2026-11-24T18:00", "2026-11-24T06:15Z", "2026-11-24T12:15Z"]
      ]
    },
    {
      "zone": "America/New_York",
      "locale": "en-US",
      "now": "2028-02-10T15:00Z",
      "asked": "2028-02-10T10:00",
      "said": [
        ["the last day of February", "2028-02-29T00:00", "2028-03-01T00:00", "2028-02-29T05:00Z", "2028-03-01T05:00Z"],
        ["the 29th", "2028-02-29T00:00", "2028-03-01T00:00", "2028-02-29T05:00Z", "2028-03-01T05:00Z"],
        ["the 30th", "2028-03-30T00:00", "2028-03-31T00:00", "2028-03-30T04:00Z", "2028-03-31T04:00Z"]
      ]
    },
    {
      "zone": "America/New_York",
      "locale": "en-US",
      "now": "2027-02-10T15:00Z",
      "asked": "2027-02-10T10:00",
      "said": [
        ["the last day of February", "2027-02-28T00:00", "2027-03-01T00:00", "2027-02-28T05:00Z", "2027-03-01T05:00Z"],
        ["the 29th", "2027-03-29T00:00", "2027-03-30T00:00", "2027-03-29T04:00Z", "2027-03-30T04:00Z"],
        ["the 31st", "2027-03-31T00:00", "2027-04-01T00:00", "2027-03-31T04:00Z", "2027-04-01T04:00Z"]
      ]
    },
    {
      "zone": "America/New_York",
      "locale": "en-US",
      "now": "2028-02-28T15:00Z",
      "asked": "2028-02-28T10:00",
      "said": [
        ["tomorrow", "2028-02-29T00:00", "2028-03-01T00:00", "2028-02-29T05:00Z", "2028-03-01T05:00Z"],
        ["the day after tomorrow", "2028-03-01T00:00", "2028-03-02T00:00", "2028-03-01T05:00Z", "2028-03-02T05:00Z"]
      ]
    },
    {
      "zone": "America/New_York",
      "locale": "en-US",
      "now": "2026-11-30T15:00Z",
      "asked": "2026-11-30T10:00",
      "said": [
        ["tomorrow", "2026-12-01T00:00", "2026-12-02T00:00", "2026-12-01T05:00Z", "2026-12-02T05:00Z"]
      ]
    },
    {
      "zone": "America/New_York",
      "locale": "en-US",
      "now": "2027-03-13T17:00Z",
      "asked": "2027-03-13T12:00",
      "said": [
        ["tomorrow", "2027-03-14T00:00", "2027-03-15T00:00", "2027-03-14T05:00Z", "2027-03-15T04:00Z"],
        ["tomorrow morning", "2027-03-14T00:00", "2027-03-14T12:00", "2027-03-14T05:00Z", "2027-03-14T16:00Z"],
        ["in two days", "2027-03-15T00:00", "2027-03-16T00:00", "2027-03-15T04:00Z", "2027-03-16T04:00Z"]
      ]
    },
    {
      "zone": "America/New_York",
      "locale": "en-US",
      "now": "2026-10-31T16:00Z",
      "asked": "2026-10-31T12:00",
      "said": [
        ["tomorrow", "2026-11-01T00:00", "2026-11-02T00:00", "2026-11-01T04:00Z", "2026-11-02T05:00Z"],
        ["tomorrow at half past one", "2026-11-01T13:30", "2026-11-02T00:00", "2026-11-01T18:30Z", "2026-11-02T05:00Z"]
      ]
    },
    {
      "zone": "Europe/London",
      "locale": "en-GB",
      "now": "2027-03-27T12:00Z",
      "asked": "2027-03-27T12:00",
      "said": [
        ["tomorrow", "2027-03-28T00:00", "2027-03-29T00:00", "2027-03-28T00:00Z", "2027-03-28T23:00Z"]
      ]
    },
    {
      "zone": "Europe/London",
      "locale": "en-GB",
      "now": "2026-10-24T11:00Z",
      "asked": "2026-10-24T12:00",
      "said": [
        ["tomorrow morning", "2026-10-25T00:00", "2026-10-25T12:00", "2026-10-24T23:00Z", "2026-10-25T12:00Z"]
      ]
    },
    {
      "zone": "Australia/Lord_Howe",
      "locale": "en-GB",
      "now": "2026-10-03T01:30Z",
      "asked": "2026-10-03T12:00",
      "said": [
        ["tomorrow", "2026-10-04T00:00", "2026-10-05T00:00", "2026-10-03T13:30Z", "2026-10-04T13:00Z"]
      ]
    },
    {
      "zone": "Australia/Lord_Howe",
      "locale": "en-GB",
      "now": "2027-04-03T01:00Z",
      "asked": "2027-04-03T12:00",
      "said": [
        ["tomorrow", "2027-04-04T00:00", "2027-04-05T00:00", "2027-04-03T13:00Z", "2027-04-04T13:30Z"]
      ]
    },
    {
      "zone": "Pacific/Apia",
      "locale": "en-GB",
      "now": "2011-12-29T22:00Z",
      "asked": "2011-12-29T12:00",
      "said": [
        ["tomorrow", "2011-12-30T00:00", "2011-12-31T00:00", "2011-12-30T10:00Z", "2011-12-30T10:00Z"],
        ["the day after tomorrow", "2011-12-31T00:00", "2012-01-01T00:00", "2011-12-30T10:00Z", "2011-12-31T10:00Z"]
      ]
    }
  ]
}
$cases$::jsonb as cases;

create temporary table clocks as
select
  c ->> 0 as zone,
  c ->> 1 as wall_clock,
  (c ->> 2)::timestamptz as instant,
  c ->> 3 as what,
  nth
from time_cases, jsonb_array_elements(cases -> 'clocks') with ordinality e (c, nth);

create temporary table starts as
select c ->> 'what' as what, c ->> 'zone' as zone, (c ->> 'now')::timestamptz as now_at, c as facts, nth
from time_cases, jsonb_array_elements(cases -> 'starts') with ordinality e (c, nth);

create temporary table askers as
select c ->> 'zone' as zone, (c ->> 'now')::timestamptz as now_at, c ->> 'asked' as asked, c -> 'said' as said, nth
from time_cases, jsonb_array_elements(cases -> 'wordings') with ordinality e (c, nth);

create temporary table wordings as
select
  a.zone, a.asked, s ->> 0 as words, s ->> 1 as from_clock, s ->> 2 as to_clock,
  (s ->> 3)::timestamptz as from_instant, (s ->> 4)::timestamptz as to_instant,
  a.nth * 1000 + e.nth as nth
from askers a, jsonb_array_elements(a.said) with ordinality e (s, nth)
where s ->> 1 is not null;

select plan((
  (select count(*) from clocks) + 2 * (select count(*) from starts) + (select count(*) from askers) + (select count(*) from wordings)
)::integer);
select tests.set_clock('2027-06-07 08:00');


-- Wall clocks and instants ---------------------------------------------------------------------------------------------------------

-- Opening hours are converted in the one way, what a caller asks for in the other: they must not differ.
select is(
  array[wall_clock::timestamp at time zone zone, (wall_clock || ' ' || zone)::timestamptz],
  array[instant, instant],
  format('%s %s: %s', zone, wall_clock, what)
)
from clocks
order by nth;

select is(
  array[(from_clock || ' ' || zone)::timestamptz, (to_clock || ' ' || zone)::timestamptz],
  array[from_instant, to_instant],
  format('"%s", said at %s in %s, is from %s to %s', words, asked, zone, from_clock, to_clock)
)
from wordings
order by nth;

-- What a caller is told the clinic's clock shows -------------------------------------------------------------------------------------

create function pg_temp.local_now(p_zone text, p_now timestamptz)
returns text
language plpgsql
as $$
declare
  v_org uuid;
begin
  perform set_config('test.now', p_now::text, true);
  insert into organizations (name, timezone)
  values ('Clock Clinic', p_zone)
  returning id into v_org;
  insert into phone_numbers (org_id, phone)
  values (v_org, '+442079460906');
  raise exception '%', begin_call('+442079460906', null, 'CAtime', p_now) #>> '{clinic,local_now}' using errcode = 'UNDO1';
exception
  when sqlstate 'UNDO1' then
    return sqlerrm;
end;
$$;
select is(
  pg_temp.local_now(zone, now_at)::timestamp,
  asked::timestamp,
  format('In %s at %s a call is told that it is %s', zone, to_char(now_at, 'YYYY-MM-DD HH24:MI:SSZ'), asked)
)
from askers
order by nth;

-- Open starts --------------------------------------------------------------------------------------------------------------------------

create temporary table clinics (nth bigint, org_id uuid, provider_id uuid, service_id uuid);

create function pg_temp.make_clinic(p_case starts)
returns void
language plpgsql
as $$
declare
  v clinics;
begin
  v.nth := p_case.nth;
  insert into organizations (name, timezone)
  values ('Time Clinic', p_case.zone)
  returning id into v.org_id;
  insert into resources (org_id, kind, name)
  values (v.org_id, 'provider', 'Dr. Ida Lund')
  returning id into v.provider_id;
  insert into providers (id, org_id)
  values (v.provider_id, v.org_id);
  insert into services (org_id, name, duration_minutes, slot_step_minutes, min_notice_minutes, horizon_days)
  select v.org_id, 'Visit', s.*
  from jsonb_to_record(p_case.facts -> 'service')
    s (duration_minutes integer, slot_step_minutes integer, min_notice_minutes integer, horizon_days integer)
  returning id into v.service_id;
  insert into provider_services (org_id, provider_id, service_id)
  values (v.org_id, v.provider_id, v.service_id);
  insert into availability (org_id, provider_id, weekday, opens_at, closes_at, valid_from, valid_to)
  select v.org_id, v.provider_id, h.*
  from jsonb_to_recordset(p_case.facts -> 'hours')
    h (weekday integer, opens_at time, closes_at time, valid_from date, valid_to date);
  insert into holidays (org_id, day, name)
  select v.org_id, d::date, 'Holiday'
  from jsonb_array_elements_text(p_case.facts -> 'holidays') d;
  insert into time_off (org_id, resource_id, starts_at, ends_at)
  select v.org_id, v.provider_id, (t ->> 'from')::timestamp at time zone p_case.zone, (t ->> 'to')::timestamp at time zone p_case.zone
  from jsonb_array_elements(p_case.facts -> 'time_off') t;
  insert into clinics values (v.*);
end;
$$;

-- What the case's question is answered, in the words of the case.
create function pg_temp.answer(p_case starts)
returns jsonb
language plpgsql
as $$
declare
  v clinics;
  v_answer jsonb;
begin
  select * into v from clinics where nth = p_case.nth;
  perform set_config('test.now', p_case.now_at::text, true);
  v_answer := find_open_slots(
    v.org_id,
    v.service_id,
    ((p_case.facts #>> '{asked,from}') || ' ' || p_case.zone)::timestamptz,
    ((p_case.facts #>> '{asked,to}') || ' ' || p_case.zone)::timestamptz,
    null,
    1000
  );
  if not (v_answer ->> 'success')::boolean then
    return v_answer - 'success';
  end if;
  return (
    select jsonb_build_object(
      'starts', coalesce(jsonb_agg(to_char((s ->> 'starts_at')::timestamptz, 'YYYY-MM-DD"T"HH24:MI"Z"') order by n), '[]'),
      'starts_local', coalesce(jsonb_agg(to_char((s ->> 'starts_local')::timestamp, 'YYYY-MM-DD"T"HH24:MI') order by n), '[]')
    )
    from jsonb_array_elements(v_answer -> 'slots') with ordinality e (s, n)
  );
end;
$$;

-- Which starts of the span can be claimed, of those that are expected and the half hours around them; or why none.
create function pg_temp.claimable(p_case starts)
returns jsonb
language plpgsql
as $$
declare
  v clinics;
  v_start timestamptz;
  v_answer jsonb;
  v_starts jsonb := '[]';
  v_reason text;
begin
  select * into v from clinics where nth = p_case.nth;
  perform set_config('test.now', p_case.now_at::text, true);
  for v_start in
    select g
    from generate_series(
      ((p_case.facts #>> '{asked,from}') || ' ' || p_case.zone)::timestamptz,
      ((p_case.facts #>> '{asked,to}') || ' ' || p_case.zone)::timestamptz - interval '1 minute',
      '30 minutes'
    ) g
    where coalesce(p_case.facts -> 'starts', '[]') = '[]'
      or exists (
        select 1
        from jsonb_array_elements_text(p_case.facts -> 'starts') e
        where g between e::timestamptz - interval '90 minutes' and e::timestamptz + interval '90 minutes'
      )
  loop
    begin
      v_answer := claim_slot_atomic(v.org_id, v.provider_id, v.service_id, v_start, 'CAtime');
      if (v_answer ->> 'success')::boolean then
        v_starts := v_starts || to_jsonb(to_char(v_start, 'YYYY-MM-DD"T"HH24:MI"Z"'));
      else
        v_reason := v_answer ->> 'reason';
      end if;
      raise exception 'undo' using errcode = 'UNDO1';
    exception
      when sqlstate 'UNDO1' then
        null;
    end;
  end loop;
  return case
    when p_case.facts ? 'reason' then jsonb_build_object('starts', v_starts, 'reason', v_reason)
    else jsonb_build_object('starts', v_starts)
  end;
end;
$$;

select pg_temp.make_clinic(starts) from starts;
select is(
  pg_temp.answer(s),
  jsonb_strip_nulls(jsonb_build_object(
    'reason', facts -> 'reason', 'latest_local', facts -> 'latest_local',
    'starts', facts -> 'starts', 'starts_local', facts -> 'starts_local'
  )),
  format('Offered: %s', what)
)
from starts s
order by nth;
select is(
  pg_temp.claimable(s),
  jsonb_strip_nulls(jsonb_build_object('starts', coalesce(facts -> 'starts', '[]'), 'reason', facts -> 'reason')),
  format('Claimed: %s', what)
)
from starts s
order by nth;

select * from finish();
rollback;
