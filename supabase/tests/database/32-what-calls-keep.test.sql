-- What calls keep for later turns: the number that a caller keys in who withholds theirs, and the count by which a remembered
-- copy of a clinic can tell that it is old.
begin;
set local search_path = public, extensions;
select plan(25);

insert into organizations (id, name, timezone)
values
  ('7e577000-0000-4000-8000-000000000001', 'Here', 'America/New_York'),
  ('7e577000-0000-4000-8000-000000000002', 'There', 'Europe/London');
insert into phone_numbers (org_id, phone)
values ('7e577000-0000-4000-8000-000000000001', '+12125550190');
insert into contacts (org_id, phone, name, date_of_birth)
values ('7e577000-0000-4000-8000-000000000001', '+12125550191', 'Pia Lund', '1984-03-09');

create function pg_temp.org()
returns uuid
language sql
immutable
return '7e577000-0000-4000-8000-000000000001'::uuid;

create function pg_temp.there()
returns uuid
language sql
immutable
return '7e577000-0000-4000-8000-000000000002'::uuid;

create function pg_temp.version_of(p_org_id uuid)
returns bigint
language sql
stable
as $$ select o.version from public.organizations o where o.id = p_org_id $$;

-- The number of a caller who withholds theirs ---------------------------------------------------------------------------

select is(
  note_caller_phone(pg_temp.org(), 'CAkeeps', '+12125550191'),
  '{"success": false, "reason": "not_found"}',
  'A call that has not begun keeps nothing'
);
select is(begin_call('+12125550190', 'anonymous', 'CAkeeps') ->> 'success', 'true', 'A call comes in without a number');
select is(
  list_appointments(pg_temp.org(), null, '1984-03-09', 'CAkeeps'),
  '{"success": false, "reason": "invalid_input"}',
  'Nobody is proved without a number'
);
select is((select count(*)::integer from verification_attempts), 0, 'and no try is counted');
select is(
  note_caller_phone(pg_temp.org(), 'CAkeeps', '+12125550192'),
  '{"success": true}',
  'A number that the clinic does not know is kept'
);
select is(
  list_appointments(pg_temp.org(), null, '1984-03-09', 'CAkeeps'),
  '{"success": false, "reason": "not_found", "tries_left": 2}',
  'and proves nobody'
);
select is(
  note_caller_phone(pg_temp.org(), 'CAkeeps', '+12125550191'),
  '{"success": true}',
  'The clinic''s own patient''s number is kept with the same answer'
);
select is(
  list_appointments(pg_temp.org(), null, '1984-03-10', 'CAkeeps'),
  '{"success": false, "reason": "not_found", "tries_left": 1}',
  'A wrong date beside it is answered like an unknown number'
);
select is(
  list_appointments(pg_temp.org(), null, '1984-03-09', 'CAkeeps') ->> 'success',
  'true',
  'The right date beside the number that was noted last is the proof'
);
select results_eq(
  $$ select phone::text, succeeded from verification_attempts order by created_at, succeeded, phone $$,
  $$ values ('+12125550191', false), ('+12125550192', false), ('+12125550191', true) $$,
  'Each try is counted for the number that was given'
);
select is(
  list_appointments(pg_temp.org(), '+12125550192', '1984-03-09', 'CAkeeps') ->> 'success',
  'false',
  'A number that is told comes before the one that was noted'
);
select is(
  (select format('%s %s', coalesce(c.from_phone::text, 'withheld'), c.given_phone) from calls c where c.call_sid = 'CAkeeps'),
  'withheld +12125550191',
  'The number stands on the call, beside the one it came from'
);
select is(
  note_caller_phone(pg_temp.there(), 'CAkeeps', '+12125550191'),
  '{"success": false, "reason": "not_found"}',
  'Another clinic has no such call'
);
select is(
  note_caller_phone(org, call, phone) ->> 'reason',
  'invalid_input',
  format('It keeps nothing %s', what)
)
from (
  values
    ('of no clinic', null, 'CAkeeps', '+12125550191'),
    ('of no call', pg_temp.org(), null, '+12125550191'),
    ('of a call with words for a name', pg_temp.org(), 'a call', '+12125550191'),
    ('that is no number', pg_temp.org(), 'CAkeeps', 'anonymous')
) bad (what, org, call, phone);

-- The count of a clinic's changes ----------------------------------------------------------------------------------------

create temporary table counted (what text, before bigint, there bigint);
create function pg_temp.count_now(p_what text)
returns void
language sql
as $$ insert into counted values (p_what, pg_temp.version_of(pg_temp.org()), pg_temp.version_of(pg_temp.there())) $$;

select pg_temp.count_now('at first');
insert into services (org_id, name, duration_minutes)
values (pg_temp.org(), 'Visit', 30), (pg_temp.org(), 'Check', 15);
select pg_temp.count_now('two new services');
update services set name = 'Long visit' where org_id = pg_temp.org() and name = 'Visit';
select pg_temp.count_now('a service''s name');
insert into resources (id, org_id, kind, name)
values ('7e577000-0000-4000-8000-000000000011', pg_temp.org(), 'provider', 'Dr. Lund');
select pg_temp.count_now('a new resource');
insert into providers (id, org_id)
values ('7e577000-0000-4000-8000-000000000011', pg_temp.org());
select pg_temp.count_now('a new provider');
update providers set spoken_name = 'Doctor Lund' where org_id = pg_temp.org();
select pg_temp.count_now('a provider''s spoken name');
update organizations set greeting = 'Hello.' where id = pg_temp.org();
select pg_temp.count_now('a greeting');
delete from services where org_id = pg_temp.org() and name = 'Check';
select pg_temp.count_now('a service that is gone');

select is(
  (select array_agg(c.before - first.before order by c.before) from counted c, (select min(before) as before from counted) first),
  '{0,1,2,3,4,5,6,7}',
  'Each statement that changes what a clinic says of itself counts once, however many rows it changes'
);
select is(
  (select count(distinct c.there)::integer from counted c),
  1,
  'and counts for no other clinic'
);
update services set name = 'Nobody''s' where org_id = pg_temp.there();
select is(pg_temp.version_of(pg_temp.there()), (select max(there) from counted), 'A statement that changes nothing counts nothing');
select is(
  (begin_call('+12125550190', null, 'CAkeeps') -> 'clinic' ->> 'version')::bigint,
  pg_temp.version_of(pg_temp.org()),
  'begin_call tells the count'
);
insert into contacts (org_id, phone) values (pg_temp.org(), '+12125550193');
select is(pg_temp.version_of(pg_temp.org()), (select max(before) from counted), 'A new patient is no change of what is offered');
delete from organizations where id = pg_temp.there();
select is(pg_temp.version_of(pg_temp.there()), null, 'A clinic can still be erased');

-- What came of a call -----------------------------------------------------------------------------------------------------

select is(
  join_waitlist(
    pg_temp.org(), (select s.id from services s where s.org_id = pg_temp.org()), '{"phone": "+12125550191"}',
    p_call_sid => 'CAkeeps'
  ) ->> 'success',
  'true',
  'A caller goes on the waiting list'
);
select is((select c.outcome from calls c where c.call_sid = 'CAkeeps'), 'waitlisted', 'which is what came of the call');

select * from finish();
rollback;
