-- Texts: when they go out, never at night, and what a patient's answer does.
begin;
set local search_path = public, extensions;
select plan(78);

-- A reminder keeps its distance on the wall clock, and the night ------------------------------------------------------------

create function pg_temp.reminded(p_starts text, p_before interval, p_from time default '21:00', p_to time default '08:00')
returns text
language sql
immutable
return to_char(private.reminder_at(p_starts::timestamp, p_before, p_from, p_to), 'Dy DD HH24:MI');

select is(pg_temp.reminded('2031-03-05 10:00', '2 days'), 'Mon 03 10:00', 'Two days before, at the same time of day');
select is(pg_temp.reminded('2031-03-05 10:00', '2 hours'), 'Wed 05 08:00', 'Two hours before');
select is(pg_temp.reminded('2031-03-05 09:00', '2 hours'), 'Wed 05 08:00', 'At seven it is quiet: at eight, when the night ends');
select is(pg_temp.reminded('2031-03-05 08:30', '2 hours'), 'Tue 04 20:45', 'Eight would be late for half past eight: the evening before');
select is(pg_temp.reminded('2031-03-05 05:00', '2 hours'), 'Tue 04 20:45', 'Three in the morning: the evening before');
select is(pg_temp.reminded('2031-03-05 23:30', '2 hours'), 'Wed 05 20:45', 'Half past nine in the evening: a little earlier that evening');
select is(pg_temp.reminded('2031-03-05 07:00', '2 days'), 'Mon 03 08:00', 'Two days before seven: when that night ends');
select is(pg_temp.reminded('2031-03-05 21:00', '2 days'), 'Tue 04 08:00', 'Nine in the evening is quiet already');
select is(pg_temp.reminded('2031-03-05 08:00', '2 days'), 'Mon 03 08:00', 'Eight in the morning is not quiet any more');
select is(pg_temp.reminded('2031-03-05 14:00', '2 hours', '12:00', '13:30'), 'Wed 05 11:45', 'Quiet hours at noon');
select is(pg_temp.reminded('2031-03-05 05:00', '2 hours', '00:00', '00:00'), 'Wed 05 03:00', 'A clinic without quiet hours reminds at three');
select is_empty(
  $$
    select s.at, b.before, r.due
    from generate_series(timestamp '2031-03-05 00:00', '2031-03-06 23:45', '15 minutes') s (at)
    cross join unnest(array['15 minutes', '1 hour', '2 hours', '5 hours', '12 hours', '1 day', '2 days', '7 days']::interval[]) b (before)
    cross join unnest(array['20:00', '21:00', '22:30']::time[]) f (night)
    cross join unnest(array['06:00', '08:00', '09:30']::time[]) t (morning)
    cross join lateral (select private.reminder_at(s.at, b.before, f.night, t.morning) as due) r
    where r.due::time >= f.night
      or r.due::time < t.morning
      or r.due >= s.at
  $$,
  'Whenever the appointment and however long before: never at night, never after it began'
);

-- A clinic in New York, one where it is three in the morning now, and one in London ------------------------------------------

create function pg_temp.id(p_clinic integer, p_row text)
returns uuid
language sql
immutable
return ('7e573000-0000-4000-8000-' || lpad(p_clinic::text, 4, '0') || lpad(p_row, 8, '0'))::uuid;

do $$
begin
  for c in 1..3 loop
    insert into organizations (id, name, timezone)
    values (pg_temp.id(c, '1'), 'Texts Clinic ' || c, case c when 3 then 'Europe/London' else 'America/New_York' end);
    insert into phone_numbers (org_id, phone)
    values (pg_temp.id(c, '1'), '+44207946092' || c);
    insert into resources (id, org_id, kind, name)
    values (pg_temp.id(c, '11'), pg_temp.id(c, '1'), 'provider', 'Dr. Ida Lund');
    insert into providers (id, org_id)
    values (pg_temp.id(c, '11'), pg_temp.id(c, '1'));
    insert into services (id, org_id, name, duration_minutes)
    values (pg_temp.id(c, '21'), pg_temp.id(c, '1'), 'Visit', 30);
    insert into contacts (id, org_id, phone, name)
    values
      (pg_temp.id(c, '31'), pg_temp.id(c, '1'), '+12125550131', 'Tess Moran'),
      (pg_temp.id(c, '32'), pg_temp.id(c, '1'), '+12125550132', 'Abel Novak');
  end loop;
end;
$$;

create function pg_temp.as_staff()
returns void
language sql
as $$ select set_config('app.org_id', '', true), set_config('app.function', '', true) $$;

create function pg_temp.booked(p_starts_at timestamptz, p_clinic integer default 1, p_contact text default '31')
returns uuid
language sql
as $$
  select pg_temp.as_staff();
  insert into public.appointments (org_id, contact_id, provider_id, service_id, starts_at)
  values (pg_temp.id(p_clinic, '1'), pg_temp.id(p_clinic, p_contact), pg_temp.id(p_clinic, '11'), pg_temp.id(p_clinic, '21'), p_starts_at)
  returning id
$$;

create function pg_temp.reminders(p_appointment_id uuid)
returns setof timestamptz
language sql
as $$
  select o.due_at from public.outbox o
  where o.appointment_id = p_appointment_id and o.kind = 'reminder_text' and o.status = 'pending'
  order by 1
$$;

create temporary table made (name text primary key, id uuid);

-- Clocks go forward in the night to Sunday 9 March 2031, and back in the night to Sunday 2 November.
insert into made values ('spring', pg_temp.booked('2031-03-10 10:00 America/New_York'));
select results_eq(
  $$ select * from pg_temp.reminders((select id from made where name = 'spring')) $$,
  $$ values (timestamptz '2031-03-08 15:00Z'), ('2031-03-10 12:00Z') $$,
  'Two days before ten o''clock is ten o''clock, though clocks went forward in between'
);
insert into made values ('autumn', pg_temp.booked('2031-11-03 10:00 America/New_York'));
select results_eq(
  $$ select * from pg_temp.reminders((select id from made where name = 'autumn')) $$,
  $$ values (timestamptz '2031-11-01 14:00Z'), ('2031-11-03 13:00Z') $$,
  '… or back'
);
-- In London on Sunday 30 March, and on Sunday 26 October.
insert into made values ('spring in London', pg_temp.booked('2031-03-31 10:00 Europe/London', 3));
select results_eq(
  $$ select * from pg_temp.reminders((select id from made where name = 'spring in London')) $$,
  $$ values (timestamptz '2031-03-29 10:00Z'), ('2031-03-31 07:00Z') $$,
  'In London too, when clocks went forward'
);
insert into made values ('autumn in London', pg_temp.booked('2031-10-27 10:00 Europe/London', 3));
select results_eq(
  $$ select * from pg_temp.reminders((select id from made where name = 'autumn in London')) $$,
  $$ values (timestamptz '2031-10-25 09:00Z'), ('2031-10-27 08:00Z') $$,
  '… and when they went back'
);
update text_settings set quiet_from = '00:00', quiet_to = '00:00' where org_id = pg_temp.id(1, '1');
insert into made values ('night', pg_temp.booked('2031-03-09 04:30 America/New_York'));
select results_eq(
  $$ select * from pg_temp.reminders((select id from made where name = 'night')) $$,
  $$ values (timestamptz '2031-03-07 09:30Z'), ('2031-03-09 07:30Z') $$,
  'Half past two does not exist that night: half past three, and still before the appointment'
);
update text_settings set quiet_from = default, quiet_to = default where org_id = pg_temp.id(1, '1');
select results_eq(
  $$ select * from pg_temp.reminders((select id from made where name = 'night')) $$,
  $$ values (timestamptz '2031-03-07 13:00Z'), ('2031-03-09 01:45Z') $$,
  'Quiet hours again: what waits moves to the morning, or to the evening before'
);

-- Settings ------------------------------------------------------------------------------------------------------------------

update text_settings set reminders = '{1 day}' where org_id = pg_temp.id(1, '1');
select results_eq(
  $$ select * from pg_temp.reminders((select id from made where name = 'autumn')) $$,
  $$ values (timestamptz '2031-11-02 15:00Z') $$,
  'A clinic that reminds a day before: reminders that wait follow'
);
update text_settings set reminders = '{2 days,2 hours}' where org_id = pg_temp.id(1, '1');
select results_eq(
  $$ select * from pg_temp.reminders((select id from made where name = 'autumn')) $$,
  $$ values (timestamptz '2031-11-01 14:00Z'), ('2031-11-03 13:00Z') $$,
  '… and back'
);
update organizations set timezone = 'America/Los_Angeles' where id = pg_temp.id(1, '1');
select results_eq(
  $$ select * from pg_temp.reminders((select id from made where name = 'autumn')) $$,
  $$ values (timestamptz '2031-11-01 15:00Z'), ('2031-11-03 04:45Z') $$,
  'A clinic that moves to another time zone: ten is seven there now, so both fall into the night and move'
);
update organizations set timezone = 'America/New_York' where id = pg_temp.id(1, '1');
update text_settings set reminders = '{}', confirmations = false where org_id = pg_temp.id(1, '1');
insert into made values ('silent', pg_temp.booked('2031-05-05 10:00 America/New_York'));
select is_empty($$ select * from outbox where appointment_id = (select id from made where name = 'silent') $$, 'A clinic that wants no texts sends none');
update text_settings set reminders = default, confirmations = true where org_id = pg_temp.id(1, '1');
select is(
  (select count(*) from pg_temp.reminders((select id from made where name = 'silent'))),
  2::bigint,
  '… until it wants reminders'
);
select throws_ok(
  format($$ update text_settings set reminders = '{2 minutes}' where org_id = %L $$, pg_temp.id(1, '1')),
  '23514', null, 'A reminder two minutes before is none'
);
insert into made values ('soon', pg_temp.booked(now() + interval '2 hours 10 minutes'));
select is_empty(
  $$ select * from pg_temp.reminders((select id from made where name = 'soon')) $$,
  'Who has just been told is not reminded within the half hour'
);

-- Never at night --------------------------------------------------------------------------------------------------------------

-- The zone in which it is three o'clock now; minutes past the hour stay as they are.
create function pg_temp.zone_at_three()
returns text
language sql
stable
as $$
  select z.name from pg_timezone_names z
  where extract(hour from now() at time zone z.name) = 3 and z.name like 'Etc/GMT%'
  order by 1 limit 1
$$;
select tests.set_clock(now()::text);
update organizations set timezone = pg_temp.zone_at_three() where id = pg_temp.id(2, '1');
insert into made values ('three', pg_temp.booked(now() + interval '10 days', 2));
update outbox set due_at = now() - interval '6 hours' where org_id = pg_temp.id(2, '1') and kind = 'reminder_text';
update outbox set status = 'withdrawn', settled_at = now() where org_id in (pg_temp.id(1, '1'), pg_temp.id(3, '1')) and status = 'pending';
select is(
  public.claim_texts() - 'success',
  '{"seen": 3, "texts": []}',
  'At three in the morning nothing is sent, though a reminder is overdue and staff have just booked'
);
select results_eq(
  $$ select distinct due_at at time zone pg_temp.zone_at_three(), status from outbox where org_id = pg_temp.id(2, '1') $$,
  $$ values ((now() at time zone pg_temp.zone_at_three())::date + time '08:00', 'pending') $$,
  '… but put off until eight'
);
select is(tests.asked_at(now() + interval '4 hours', 'claim_texts()') ->> 'seen', '0', '… when the night is over, not sooner');
select pg_temp.as_staff();
update outbox set any_hour = true, due_at = now() where org_id = pg_temp.id(2, '1') and kind = 'booked_text';
select is(
  jsonb_array_length(public.claim_texts() -> 'texts'),
  1,
  'Only who has just called at three gets their confirmation at three'
);
select is(
  tests.asked_at(now() + interval '16 minutes', 'claim_texts()') - 'success',
  '{"seen": 1, "texts": []}',
  '… but not a quarter of an hour later, if it did not go out at once: they have gone back to bed'
);
select results_eq(
  $$ select due_at at time zone pg_temp.zone_at_three(), status from outbox where org_id = pg_temp.id(2, '1') and any_hour $$,
  $$ values ((now() at time zone pg_temp.zone_at_three())::date + time '08:00', 'pending') $$,
  '… and it waits for the morning like any other'
);
select pg_temp.as_staff();
insert into made values ('dawn', pg_temp.booked(date_trunc('hour', now()) + interval '3 hours', 2, '32'));
select is(public.claim_texts() ->> 'seen', '1', 'For an appointment at six …');
select is_empty(
  $$
    select t from jsonb_array_elements(tests.asked_at(date_trunc('hour', now()) + interval '5 hours 30 minutes', 'claim_texts()') -> 'texts') t
    where (t -> 'slot' ->> 'starts_at')::timestamptz < now() + interval '1 day'
  $$,
  '… eight is too late'
);
select results_eq(
  $$ select kind, status, problem from outbox where appointment_id = (select id from made where name = 'dawn') $$,
  $$ values ('booked_text', 'withdrawn', 'too_late') $$,
  '… and what would come after it began is withdrawn'
);

select tests.real_clock();

-- Answers ----------------------------------------------------------------------------------------------------------------------

select pg_temp.as_staff();
update outbox set status = 'withdrawn', claim_id = null, settled_at = now() where status in ('pending', 'sending');

-- Marks an appointment's newest text as sent, as if the worker had.
create function pg_temp.texted(p_name text)
returns void
language sql
as $$
  select pg_temp.as_staff();
  update public.outbox set status = 'sent', settled_at = clock_timestamp()
  where id = (
    select id from public.outbox where appointment_id = (select id from made where name = p_name)
    order by created_at desc, kind limit 1
  )
$$;

create function pg_temp.wrote(p_sid text, p_intent text, p_body text default null, p_from text default '+12125550131', p_clinic integer default 1)
returns jsonb
language sql
as $$
  select public.receive_text('+44207946092' || p_clinic, p_from, 'SM' || lpad(p_sid, 32, '0'), p_intent, coalesce(p_body, p_intent))
$$;

create function pg_temp.status_of(p_name text)
returns text
language sql
as $$ select status from public.appointments where id = (select id from made where name = p_name) $$;

select pg_temp.texted('spring');
select is(
  pg_temp.wrote('1', 'confirm') - 'slot',
  jsonb_build_object(
    'success', true, 'outcome', 'confirmed', 'is_answered', true,
    'clinic', jsonb_build_object('id', pg_temp.id(1, '1'), 'name', 'Texts Clinic 1', 'locale', 'en-US')
  ),
  '1 confirms'
);
select is(pg_temp.status_of('spring'), 'confirmed', '… the appointment that the last text was about');
select is(pg_temp.wrote('1', 'confirm') -> 'slot' ->> 'starts_local', '2031-03-10T10:00:00', 'Twilio brings it again: the same answer');
select is((select count(*) from texts where direction = 'in'), 1::bigint, '… and it is kept once');
select is(pg_temp.wrote('2', 'confirm') ->> 'outcome', 'confirmed', 'A second 1 finds it confirmed');

select pg_temp.texted('autumn');
insert into waitlist_entries (org_id, contact_id, service_id, wanted)
values (pg_temp.id(1, '1'), pg_temp.id(1, '32'), pg_temp.id(1, '21'), '[2031-11-01, 2031-12-01)');
insert into provider_services (org_id, provider_id, service_id)
values (pg_temp.id(1, '1'), pg_temp.id(1, '11'), pg_temp.id(1, '21'));
insert into availability (org_id, provider_id, weekday, opens_at, closes_at)
values (pg_temp.id(1, '1'), pg_temp.id(1, '11'), 1, '09:00', '17:00');
update services set horizon_days = 730 where id = pg_temp.id(1, '21');
select is(pg_temp.wrote('3', 'cancel') ->> 'outcome', 'cancelled', '2 cancels');
select is(pg_temp.status_of('autumn'), 'cancelled', '… the appointment that the last text was about');
select is(pg_temp.status_of('spring'), 'confirmed', '… and no other');
select is_empty(
  $$ select 1 from slot_claims where appointment_id = (select id from made where name = 'autumn') $$,
  '… and its time is free'
);
select is(
  (select count(*) from outbox where appointment_id = (select id from made where name = 'autumn') and status = 'pending'),
  0::bigint,
  '… without a second text: the reply says it'
);
select is(pg_temp.wrote('3', 'cancel') -> 'slot' ->> 'starts_local', '2031-11-03T10:00:00', 'Twilio brings it again: the same answer');
select is(pg_temp.wrote('4', 'cancel') ->> 'outcome', 'cancelled', 'A second 2 finds it cancelled');
select is(pg_temp.status_of('spring'), 'confirmed', '… and does not go on to the next appointment');
select is(pg_temp.wrote('5', 'confirm') ->> 'outcome', 'passed_on', 'A 1 after all that is for staff to sort out');
select is(
  (select body from follow_up_tasks where org_id = pg_temp.id(1, '1') and reason = 'text'),
  'confirm',
  '… as a task'
);

-- The freed time goes to the waitlist: within the horizon, which the appointment above is not.
select pg_temp.as_staff();
insert into made values ('freed', pg_temp.booked(
  (date_trunc('week', now() at time zone 'America/New_York') + interval '14 days 10 hours') at time zone 'America/New_York', 1, '31'
));
select pg_temp.texted('freed');
update waitlist_entries set wanted = tstzrange(now(), null) where org_id = pg_temp.id(1, '1');
select is(pg_temp.wrote('6', 'cancel') ->> 'outcome', 'cancelled', 'A time for which somebody waits is cancelled by text');
select results_eq(
  $$ select status, offered_starts_at from waitlist_entries where org_id = pg_temp.id(1, '1') $$,
  $$ select 'offered', starts_at from appointments where id = (select id from made where name = 'freed') $$,
  '… and offered to them'
);

select is(pg_temp.wrote('7', 'other', 'When do I have to come?', '+12125550132') ->> 'outcome', 'passed_on', 'Anything else is passed on');
select is(pg_temp.wrote('8', 'other', 'And can I park?', '+12125550132') -> 'is_answered', 'false', '… and what follows is not answered again');
select results_eq(
  $$ select contact_id, from_phone::text, body, status from follow_up_tasks where from_phone = '+12125550132' and reason = 'text' $$,
  $$ values (pg_temp.id(1, '32'), '+12125550132', e'When do I have to come?\nAnd can I park?', 'open') $$,
  '… both in one task'
);
select is(
  pg_temp.wrote('2000', 'late', '2', '+12125550132') - 'clinic',
  '{"success": true, "outcome": "passed_on", "is_answered": false, "slot": null}',
  'A text that is brought back some time after it came is left to staff whatever it says, and not answered'
);
select is(
  pg_temp.wrote('9', 'cancel', '2', '+12125550198') ->> 'outcome',
  'passed_on',
  'A 2 from somebody whom the clinic does not know is passed on'
);
select is(
  pg_temp.wrote('10', 'other', 'Your parcel is here', '72345') - 'clinic',
  '{"success": true, "outcome": "passed_on", "is_answered": false, "slot": null}',
  'A short code is a machine: it gets no answer'
);
select is(
  public.receive_text('+12125550197', '+12125550131', 'SM' || repeat('1', 32), 'other', 'x'),
  '{"success": false, "reason": "not_found"}',
  'A number of no clinic'
);
select is(
  public.receive_text('+442079460921', '+12125550131', 'SM1', 'other', 'x'),
  '{"success": false, "reason": "invalid_input"}',
  'A message without a proper name'
);

-- Which appointment an answer is about, when there are several ------------------------------------------------------------------

select pg_temp.as_staff();
insert into made
values
  ('seen', pg_temp.booked('2031-04-07 10:00 America/New_York')),
  ('unseen', pg_temp.booked('2031-04-08 10:00 America/New_York'));
select pg_temp.texted('seen');
select pg_temp.texted('unseen');
insert into texts (org_id, direction, sid, phone, contact_id, appointment_id, outbox_id, status)
select o.org_id, 'out', 'SM' || repeat('f', 32), '+12125550131', o.contact_id, o.appointment_id, o.id, 'undelivered'
from outbox o
where o.appointment_id = (select id from made where name = 'unseen')
  and o.status = 'sent';
select is(
  pg_temp.wrote('11', 'confirm') -> 'slot' ->> 'starts_local',
  '2031-04-07T10:00:00',
  'An answer is about the last text that came, not about one that could not be delivered'
);
select pg_temp.as_staff();
update outbox
set status = 'sending', claim_id = gen_random_uuid(), unsure_since = clock_timestamp()
where id = (
  select id from outbox where appointment_id = (select id from made where name = 'unseen') and status = 'pending' limit 1
);
select is(
  pg_temp.wrote('12', 'cancel') ->> 'outcome',
  'passed_on',
  'While nobody knows whether another text has come, nobody knows what a 2 is about: staff ask'
);
select is(pg_temp.status_of('seen') || ' ' || pg_temp.status_of('unseen'), 'confirmed booked', '… and nothing is cancelled');
select pg_temp.as_staff();
update outbox set status = 'sent', claim_id = null, settled_at = clock_timestamp()
where appointment_id = (select id from made where name = 'unseen') and status = 'sending';
select is(
  pg_temp.wrote('13', 'cancel') -> 'slot' ->> 'starts_local',
  '2031-04-08T10:00:00',
  'When it is known that it has, a 2 is about that one'
);
select is(pg_temp.status_of('seen'), 'confirmed', '… and not about the other');

select pg_temp.texted('spring in London');
select is(
  pg_temp.wrote('14', 'cancel', null, '+12125550131', 3) -> 'slot' ->> 'starts_local',
  '2031-03-31T10:00:00',
  'Who goes to two clinics answers the one to whose number they write'
);
select is(pg_temp.status_of('seen') || ' ' || pg_temp.status_of('autumn in London'), 'confirmed booked', '… and no other appointment is touched');

select pg_temp.as_staff();
insert into made values ('over', pg_temp.booked(now() + interval '3 days', 3));
select pg_temp.texted('over');
update appointments set starts_at = now() - interval '1 hour', ends_at = now() - interval '30 minutes'
where id = (select id from made where name = 'over');
select is(
  (pg_temp.wrote('15', 'confirm', null, '+12125550131', 3) ->> 'outcome') || ' '
    || (pg_temp.wrote('16', 'cancel', null, '+12125550131', 3) ->> 'outcome'),
  'passed_on passed_on',
  'An answer that comes when the appointment is over is for staff'
);
select is(pg_temp.status_of('over') || ' ' || pg_temp.status_of('autumn in London'), 'booked booked', '… and does not go on to the next appointment');

-- STOP and START ----------------------------------------------------------------------------------------------------------------

select pg_temp.as_staff();
update text_settings set reminders = '{3 days}' where org_id = pg_temp.id(1, '1');
update text_settings set reminders = default where org_id = pg_temp.id(1, '1');
select is((select count(*) from pg_temp.reminders((select id from made where name = 'spring'))), 2::bigint, 'Reminders wait');
select is(pg_temp.wrote('20', 'stop') - array['clinic', 'slot'], '{"success": true, "outcome": "opted_out", "is_answered": false}', 'STOP is heeded; Twilio answers it');
select is((select count(*) from pg_temp.reminders((select id from made where name = 'spring'))), 0::bigint, '… no reminder waits any more');
select results_eq(
  $$ select org_id, source from opt_outs where phone = '+12125550131' $$,
  $$ values (pg_temp.id(1, '1'), 'patient') $$,
  '… for this clinic, and not for the other'
);
select is(
  (select count(*) from follow_up_tasks where org_id = pg_temp.id(1, '1') and reason = 'text_opt_out'),
  1::bigint,
  '… and staff learn that a patient with an appointment is not reminded (the word may have been CANCEL)'
);
select pg_temp.as_staff();
update appointments set starts_at = '2031-03-11 10:00 America/New_York', ends_at = '2031-03-11 10:30 America/New_York' where id = (select id from made where name = 'spring');
select is(
  (select count(*) from outbox where appointment_id = (select id from made where name = 'spring') and status = 'pending'),
  0::bigint,
  'Nothing is written to who opted out'
);
select is(pg_temp.wrote('21', 'confirm') -> 'is_answered', 'false', '… not even an answer to an answer');
select is(pg_temp.wrote('22', 'start') ->> 'outcome', 'opted_in', 'START is heeded');
select is((select count(*) from pg_temp.reminders((select id from made where name = 'spring'))), 2::bigint, '… and reminders wait again');
select is(pg_temp.wrote('23', 'start', 'YES') ->> 'outcome', 'passed_on', 'YES from somebody who had not opted out is no START: staff read it');

select * from finish();
rollback;
