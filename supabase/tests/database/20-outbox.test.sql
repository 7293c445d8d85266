-- The outbox: one effect for one cause, written with it, taken by one worker at a time, and never given up in silence.
begin;
set local search_path = public, extensions;
select plan(61);

-- Two clinics on UTC, so that the times below are what they look like -----------------------------------------------------

create function pg_temp.id(p_clinic integer, p_row text)
returns uuid
language sql
immutable
return ('7e572000-0000-4000-8000-' || lpad(p_clinic::text, 4, '0') || lpad(p_row, 8, '0'))::uuid;

do $$
begin
  for c in 1..2 loop
    insert into organizations (id, name, timezone)
    values (pg_temp.id(c, '1'), 'Outbox Clinic ' || c, 'UTC');
    insert into phone_numbers (org_id, phone)
    values (pg_temp.id(c, '1'), '+44207946091' || c);
    insert into resources (id, org_id, kind, name)
    values (pg_temp.id(c, '11'), pg_temp.id(c, '1'), 'provider', 'Dr. Ida Lund'),
      (pg_temp.id(c, '12'), pg_temp.id(c, '1'), 'provider', 'Dr. Osei');
    insert into providers (id, org_id)
    values (pg_temp.id(c, '11'), pg_temp.id(c, '1')), (pg_temp.id(c, '12'), pg_temp.id(c, '1'));
    insert into services (id, org_id, name, duration_minutes, horizon_days)
    values (pg_temp.id(c, '21'), pg_temp.id(c, '1'), 'Visit', 30, 90);
    insert into provider_services (org_id, provider_id, service_id)
    values (pg_temp.id(c, '1'), pg_temp.id(c, '11'), pg_temp.id(c, '21'));
    insert into availability (org_id, provider_id, weekday, opens_at, closes_at)
    select pg_temp.id(c, '1'), pg_temp.id(c, '11'), d, '09:00', '17:00'
    from generate_series(1, 7) d;
    insert into contacts (id, org_id, phone, name)
    values (pg_temp.id(c, '31'), pg_temp.id(c, '1'), '+12125550131', 'Tess Moran');
  end loop;
end;
$$;

-- Nothing of an RPC's stays behind: what follows is done by staff, by hand.
create function pg_temp.as_staff()
returns void
language sql
as $$ select set_config('app.org_id', '', true), set_config('app.function', '', true) $$;

-- A start in the clinic's hours, so many days from now.
create function pg_temp.at(p_days integer, p_time time default '10:00')
returns timestamptz
language sql
stable
return ((now() at time zone 'UTC')::date + p_days + p_time) at time zone 'UTC';

create function pg_temp.book(p_starts_at timestamptz, p_call_sid text, p_clinic integer default 1)
returns uuid
language plpgsql
as $$
declare
  v_hold jsonb;
  v_appointment jsonb;
begin
  v_hold := public.claim_slot_atomic(
    pg_temp.id(p_clinic, '1'), pg_temp.id(p_clinic, '11'), pg_temp.id(p_clinic, '21'), p_starts_at, p_call_sid
  );
  v_appointment := public.confirm_hold(
    pg_temp.id(p_clinic, '1'), (v_hold ->> 'hold_id')::uuid, '{"phone": "+12125550131"}'
  );
  return v_appointment ->> 'appointment_id';
end;
$$;

create function pg_temp.rows_of(p_appointment_id uuid)
returns table (kind text, status text)
language sql
as $$ select o.kind, o.status from public.outbox o where o.appointment_id = p_appointment_id order by 1, 2 $$;

create temporary table made (name text primary key, id uuid);

-- A cause and its effects are one transaction -----------------------------------------------------------------------------

insert into made values ('first', pg_temp.book(pg_temp.at(10), 'CAoutbox1'));
select results_eq(
  $$ select * from pg_temp.rows_of((select id from made where name = 'first')) $$,
  $$ values ('booked_text', 'pending'), ('reminder_text', 'pending'), ('reminder_text', 'pending') $$,
  'A booking leaves one confirmation and two reminders'
);
select results_eq(
  $$ select due_at from outbox where appointment_id = (select id from made where name = 'first') order by due_at $$,
  $$ values (now()), (pg_temp.at(8)), (pg_temp.at(10, '08:00')) $$,
  'The confirmation is due at once, the reminders two days and two hours before'
);
select is(
  (select any_hour from outbox where appointment_id = (select id from made where name = 'first') and kind = 'booked_text'),
  true,
  'A caller is awake: their confirmation may go out at any hour'
);
select is(
  (select bool_or(any_hour) from outbox where kind = 'reminder_text'),
  false,
  'A reminder may not'
);
select ok(
  (public.confirm_hold(pg_temp.id(1, '1'), h.id, '{"phone": "+12125550131"}') -> 'success')::boolean,
  'The same confirmation again succeeds'
) from appointment_holds h where h.call_sid = 'CAoutbox1';
select is((select count(*) from outbox where org_id = pg_temp.id(1, '1')), 3::bigint, '… and leaves nothing more');

savepoint before_undone;
insert into made values ('undone', pg_temp.book(pg_temp.at(11), 'CAoutbox2'));
select is((select count(*) from outbox where org_id = pg_temp.id(1, '1')), 6::bigint, 'A second booking leaves three more');
rollback to before_undone;
select is(
  (select count(*) from outbox where org_id = pg_temp.id(1, '1')),
  3::bigint,
  'A booking that is undone leaves no text behind'
);

select pg_temp.as_staff();
insert into appointments (id, org_id, contact_id, provider_id, service_id, starts_at)
values (pg_temp.id(1, '42'), pg_temp.id(1, '1'), pg_temp.id(1, '31'), pg_temp.id(1, '12'), pg_temp.id(1, '21'), pg_temp.at(20));
select results_eq(
  $$ select kind, any_hour from outbox where appointment_id = pg_temp.id(1, '42') order by 1 $$,
  $$ values ('booked_text', false), ('reminder_text', false), ('reminder_text', false) $$,
  'Staff who book leave the same texts, but not one for the night'
);
insert into appointments (id, org_id, contact_id, provider_id, service_id, starts_at)
values (pg_temp.id(1, '43'), pg_temp.id(1, '1'), pg_temp.id(1, '31'), pg_temp.id(1, '12'), pg_temp.id(1, '21'), now() - interval '2 hours');
select is_empty($$ select * from pg_temp.rows_of(pg_temp.id(1, '43')) $$, 'An appointment of the past leaves none');
update appointments set starts_at = pg_temp.at(20), ends_at = pg_temp.at(20, '11:00') where id = pg_temp.id(1, '42');
select is((select count(*) from outbox where appointment_id = pg_temp.id(1, '42')), 3::bigint, 'A longer appointment is no news');

-- Moving and cancelling ----------------------------------------------------------------------------------------------------

update appointments set starts_at = pg_temp.at(21), ends_at = pg_temp.at(21, '11:00') where id = pg_temp.id(1, '42');
select results_eq(
  $$ select * from pg_temp.rows_of(pg_temp.id(1, '42')) $$,
  $$
    values
      ('booked_text', 'withdrawn'), ('moved_text', 'pending'),
      ('reminder_text', 'pending'), ('reminder_text', 'pending'), ('reminder_text', 'withdrawn'), ('reminder_text', 'withdrawn')
  $$,
  'Moved before the confirmation went out: one text says the new time, and the reminders follow'
);
select results_eq(
  $$
    select due_at from outbox
    where appointment_id = pg_temp.id(1, '42') and kind = 'reminder_text' and status = 'pending'
    order by due_at
  $$,
  $$ values (pg_temp.at(19)), (pg_temp.at(21, '08:00')) $$,
  'The new reminders are those of the new time'
);
update outbox set status = 'sent', settled_at = now()
where appointment_id = pg_temp.id(1, '42') and due_at = pg_temp.at(19) and kind = 'reminder_text';
update appointments set starts_at = pg_temp.at(20), ends_at = pg_temp.at(20, '11:00') where id = pg_temp.id(1, '42');
update appointments set starts_at = pg_temp.at(21), ends_at = pg_temp.at(21, '11:00') where id = pg_temp.id(1, '42');
select results_eq(
  $$ select due_at, status from outbox where appointment_id = pg_temp.id(1, '42') and kind = 'reminder_text' order by 1, 2 $$,
  $$
    values
      (pg_temp.at(18), 'withdrawn'), (pg_temp.at(19), 'sent'),
      (pg_temp.at(20, '08:00'), 'withdrawn'), (pg_temp.at(21, '08:00'), 'pending')
  $$,
  'Moved away and back: the reminder that had gone out is not sent again, the other one is due again'
);
select ok(
  (public.cancel_appointment(pg_temp.id(1, '1'), pg_temp.id(1, '42')) -> 'success')::boolean,
  'It is cancelled by phone'
);
select ok(
  (public.cancel_appointment(pg_temp.id(1, '1'), pg_temp.id(1, '42')) -> 'success')::boolean,
  '… twice'
);
select results_eq(
  $$
    select kind, any_hour from outbox where appointment_id = pg_temp.id(1, '42') and status = 'pending'
  $$,
  $$ values ('cancelled_text', true) $$,
  'Then one text says so, and nothing else waits'
);
select pg_temp.as_staff();
update appointments set status = 'arrived' where id = (select id from made where name = 'first');
select is_empty(
  $$
    select 1 from outbox
    where appointment_id = (select id from made where name = 'first') and kind = 'reminder_text' and status = 'pending'
  $$,
  'Who has arrived is not reminded'
);
update appointments set status = 'booked' where id = (select id from made where name = 'first');

-- Taking it out --------------------------------------------------------------------------------------------------------------

create function pg_temp.claimed(p_now timestamptz default now(), p_limit integer default 10)
returns jsonb
language sql
as $$ select public.claim_texts(p_limit, 30, p_now) -> 'texts' $$;

-- One text at a time to look at: everything that waits goes away first.
create function pg_temp.only_text(p_name text, p_days integer, p_clinic integer default 1)
returns void
language plpgsql
as $$
begin
  perform pg_temp.as_staff();
  update public.outbox set status = 'withdrawn', claim_id = null, settled_at = now() where status in ('pending', 'sending');
  insert into made values (p_name, pg_temp.book(pg_temp.at(p_days), 'CAoutbox-' || p_name, p_clinic));
  perform pg_temp.as_staff();
end;
$$;

select pg_temp.only_text('told', 30);
create temporary table told as select pg_temp.claimed() -> 0 as text;
select is(
  (select text - array['outbox_id', 'claim_id', 'slot', 'code'] from told),
  jsonb_build_object(
    'org_id', pg_temp.id(1, '1'), 'kind', 'booked_text', 'attempt', 1, 'unsure_since', null,
    'to', '+12125550131', 'from', '+442079460911', 'messaging_service_sid', null, 'provider', 'Dr. Ida Lund',
    'clinic', '{"name": "Outbox Clinic 1", "locale": "en-US", "address": null, "phone": "+442079460911"}'::jsonb
  ),
  'A claimed text comes with all that its words need'
);
select is(
  (select array[text -> 'slot' ->> 'starts_local', text ->> 'code'] from told),
  (select array[to_char(starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS'), code] from appointments where id = (select id from made where name = 'told')),
  '… among them the time on the clinic''s clock, and the code'
);
select is(pg_temp.claimed(), '[]', 'Claimed is claimed: nobody else gets it');
select is(pg_temp.claimed(now() + interval '29 seconds'), '[]', '… as long as the lease lasts');
select is(
  (pg_temp.claimed(now() + interval '30 seconds') -> 0 ->> 'unsure_since')::timestamptz,
  now(),
  'After the lease somebody else gets it, and is told to ask first what became of the earlier try'
);
select is(
  public.record_text_failed(
    pg_temp.id(1, '1'), (select (text ->> 'outbox_id')::uuid from told), (select (text ->> 'claim_id')::uuid from told),
    'http_500', 'x', false, true
  ),
  '{"success": false, "reason": "not_found"}',
  'Whoever let the lease run out has no say any more'
);
select is(
  public.record_text_sent(pg_temp.id(1, '1'), (select (text ->> 'outbox_id')::uuid from told), 'SM' || repeat('a', 32), 'queued'),
  '{"success": true}',
  '… except to say that Twilio has it, which is true whoever sent it'
);
select is(
  public.record_text_sent(pg_temp.id(1, '1'), (select (text ->> 'outbox_id')::uuid from told), 'SM' || repeat('a', 32), 'queued'),
  '{"success": true}',
  'Said twice, it is as true'
);
select results_eq(
  $$ select status, claim_id, settled_at is not null from outbox where id = (select (text ->> 'outbox_id')::uuid from told) $$,
  $$ values ('sent', null::uuid, true) $$,
  'The text is sent'
);
select results_eq(
  $$ select direction, sid::text, status, phone::text from texts where outbox_id = (select (text ->> 'outbox_id')::uuid from told) $$,
  $$ values ('out', 'SM' || repeat('a', 32), 'queued', '+12125550131') $$,
  '… and known under Twilio''s name, once'
);
select is(pg_temp.claimed(now() + interval '1 hour'), '[]', 'Nobody gets it again');

select pg_temp.only_text('other', 31);
select is(
  public.record_text_sent(pg_temp.id(1, '1'), (pg_temp.claimed() -> 0 ->> 'outbox_id')::uuid, 'SM' || repeat('a', 32), 'queued'),
  '{"success": false, "reason": "not_found"}',
  'A message that is known to be another text''s is not taken for this one''s'
);
select is(
  public.record_text_sent(pg_temp.id(2, '1'), (select id from outbox where status = 'sending'), 'SM' || repeat('b', 32), 'queued'),
  '{"success": false, "reason": "not_found"}',
  'Nor can one clinic settle another''s'
);

-- Trying again, and giving up ------------------------------------------------------------------------------------------------

create function pg_temp.fail(p_problem text, p_is_final boolean, p_is_unsure boolean)
returns jsonb
language sql
as $$
  select public.record_text_failed(o.org_id, o.id, o.claim_id, p_problem, 'Please call.', p_is_final, p_is_unsure)
  from public.outbox o
  where o.status = 'sending'
$$;

select is(pg_temp.fail('twilio_20429', false, false), '{"success": true, "status": "pending"}', 'A refusal that will pass is tried again');
select results_eq(
  $$
    select status, problem, unsure_since, due_at > clock_timestamp() + interval '0.9 seconds', due_at < clock_timestamp() + interval '2 seconds'
    from outbox where appointment_id = (select id from made where name = 'other') and kind = 'booked_text'
  $$,
  $$ values ('pending', 'twilio_20429', null::timestamptz, true, true) $$,
  '… after a second or two; it was refused, so nobody has to ask'
);
select is(
  (pg_temp.claimed(now() + interval '1 minute') -> 0) - array['outbox_id', 'claim_id', 'slot', 'clinic', 'code', 'provider', 'org_id', 'to', 'from', 'kind', 'messaging_service_sid'],
  '{"attempt": 2, "unsure_since": null}',
  'The second try'
);
select is(pg_temp.fail('no_answer', false, true) ->> 'status', 'pending', 'A try whose end nobody heard is made again too');
select ok(
  (select due_at > clock_timestamp() + interval '4 seconds' from outbox where appointment_id = (select id from made where name = 'other') and kind = 'booked_text'),
  '… when a delivery report has had the time to say what became of it'
);
select is(
  (pg_temp.claimed(now() + interval '2 minutes') -> 0 ->> 'unsure_since')::timestamptz,
  now() + interval '1 minute',
  '… after asking what became of it'
);
select is(pg_temp.fail('twilio_30006', true, false) ->> 'status', 'given_up', 'A number that takes no texts is given up at once');
select results_eq(
  $$ select reason, body, status, from_phone::text, contact_id from follow_up_tasks where org_id = pg_temp.id(1, '1') and reason = 'text_failed' $$,
  $$ values ('text_failed', 'Please call.', 'open', '+12125550131', pg_temp.id(1, '31')) $$,
  '… and left to staff as a task'
);
select pg_temp.only_text('again', 32);
select is(jsonb_array_length(pg_temp.claimed()), 1, 'The next text to that number is tried');
select is(pg_temp.fail('twilio_30006', true, false) ->> 'status', 'given_up', '… and given up');
select is(
  (select count(*) from follow_up_tasks where org_id = pg_temp.id(1, '1') and reason = 'text_failed'),
  1::bigint,
  '… without a second task while the first is open'
);

select pg_temp.only_text('worn', 33);
update outbox set attempts = 23 where status = 'pending' and kind = 'booked_text';
select is((pg_temp.claimed() -> 0 ->> 'attempt')::integer, 24, 'The last try');
select is(pg_temp.fail('http_500', false, true) ->> 'status', 'given_up', '… is the last');
select pg_temp.only_text('fatal', 34);
update outbox set attempts = 24, unsure_since = now() where status = 'pending' and kind = 'booked_text';
update follow_up_tasks set status = 'done' where reason = 'text_failed';
select is(pg_temp.claimed(), '[]', 'A text that no worker survived to settle is not tried for ever');
select is(
  (select count(*) from follow_up_tasks where org_id = pg_temp.id(1, '1') and reason = 'text_failed' and status = 'open'),
  1::bigint,
  '… but left to staff'
);
select ok(
  (select bool_and(private.retry_after(n) between interval '1 second' and interval '38 minutes') from generate_series(1, 60) n)
    and (select avg(extract(epoch from private.retry_after(10))) / avg(extract(epoch from private.retry_after(5))) from generate_series(1, 200)) between 6 and 9,
  'Pauses grow by half each time, within bounds'
);
select ok(
  (select count(distinct private.retry_after(8)) from generate_series(1, 50)) > 40,
  '… and differ by chance, so that what failed together does not come back together'
);

-- What has become pointless --------------------------------------------------------------------------------------------------

select pg_temp.only_text('stale', 35);
alter table appointments disable trigger text_patient;
update appointments set starts_at = pg_temp.at(36), ends_at = pg_temp.at(36, '11:00') where id = (select id from made where name = 'stale');
alter table appointments enable trigger text_patient;
select is(
  public.claim_texts() - 'success',
  '{"seen": 1, "texts": []}',
  'A text about a time that the appointment no longer has is not sent, even if nobody withdrew it'
);
select is(
  (select array[status, problem] from outbox where appointment_id = (select id from made where name = 'stale') and kind = 'booked_text'),
  array['withdrawn', 'changed'],
  '… but withdrawn'
);
select pg_temp.only_text('late', 37);
select is(pg_temp.claimed(pg_temp.at(37)), '[]', 'A text that comes after the appointment began is not sent');

-- Several clinics --------------------------------------------------------------------------------------------------------------

select pg_temp.only_text('mine', 38);
insert into made values ('theirs', pg_temp.book(pg_temp.at(38), 'CAoutbox-theirs', 2));
select pg_temp.as_staff();
select results_eq(
  $$ select (t ->> 'org_id')::uuid, t -> 'clinic' ->> 'name' from jsonb_array_elements(pg_temp.claimed()) t order by 1 $$,
  $$ values (pg_temp.id(1, '1'), 'Outbox Clinic 1'), (pg_temp.id(2, '1'), 'Outbox Clinic 2') $$,
  'One claim takes the texts of all clinics, each with its own name'
);
select is(current_setting('app.org_id'), '', '… and leaves no clinic chosen');

-- Delivery reports ------------------------------------------------------------------------------------------------------------

create function pg_temp.reported(p_status text, p_error integer default null)
returns text
language sql
as $$
  select public.record_text_status(
    (select o.id from public.outbox o where o.appointment_id = (select id from made where name = 'mine') and o.kind = 'booked_text'),
    'SM' || repeat('c', 32), p_status, p_error, 'Not delivered.'
  ) ->> 'status'
$$;
select is(pg_temp.reported('sent'), 'sent', 'A report may come before the worker has written down that it sent the text');
select is(
  (select status from outbox where appointment_id = (select id from made where name = 'mine') and kind = 'booked_text'),
  'sent',
  '… and settles it'
);
select results_eq(
  $$ select pg_temp.reported(s) from unnest(array['queued', 'delivered', 'sending', 'sent', 'accepted', 'delivered']) s $$,
  $$ values ('sent'), ('delivered'), ('delivered'), ('delivered'), ('delivered'), ('delivered') $$,
  'However they come, the status only moves forward'
);
select is(pg_temp.reported('exploded'), null, 'A status that does not exist is refused');
update follow_up_tasks set status = 'done' where reason = 'text_failed';
select is(
  public.record_text_status(
    (select o.id from outbox o where o.appointment_id = (select id from made where name = 'theirs') and o.kind = 'booked_text'),
    'SM' || repeat('d', 32), 'undelivered', 21610, 'Not delivered.'
  ) ->> 'status',
  'undelivered',
  'A report that a text could not be delivered'
);
select results_eq(
  $$ select org_id, body from follow_up_tasks where reason = 'text_failed' and status = 'open' $$,
  $$ values (pg_temp.id(2, '1'), 'Not delivered.') $$,
  '… leaves a task for staff of that clinic'
);
select results_eq(
  $$ select org_id, source from opt_outs where phone = '+12125550131' $$,
  $$ values (pg_temp.id(2, '1'), 'carrier') $$,
  '… and when it says that the patient opted out, that clinic remembers it'
);
select is(
  public.record_text_status(gen_random_uuid(), 'SM' || repeat('e', 32), 'sent'),
  '{"success": false, "reason": "not_found"}',
  'A report about nothing of ours changes nothing'
);

select * from finish();
rollback;
