-- The waitlist: who would come sooner, and how a cancelled time reaches them.

create table public.waitlist_entries (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  contact_id uuid not null,
  service_id uuid not null,
  provider_id uuid,
  wanted tstzrange not null check (not isempty(wanted)),
  status text not null default 'waiting' check (status in ('waiting', 'offered', 'booked', 'withdrawn')),
  hold_id uuid,
  offered_provider_id uuid,
  offered_starts_at timestamptz,
  created_at timestamptz not null default now(),
  unique (org_id, id),
  foreign key (org_id, contact_id) references public.contacts (org_id, id) on delete cascade,
  foreign key (org_id, service_id) references public.services (org_id, id) on delete cascade,
  foreign key (org_id, provider_id) references public.providers (org_id, id) on delete cascade,
  foreign key (org_id, hold_id) references public.appointment_holds (org_id, id) on delete set null (hold_id)
);
comment on table public.waitlist_entries is
  'A patient who would take an earlier time. `wanted` bounds the start; the offered_ columns remember the last offer, so that nobody is offered the same time twice.';
create unique index waitlist_entries_one_per_wish on public.waitlist_entries (org_id, contact_id, service_id)
  where status in ('waiting', 'offered');
create index waitlist_entries_service_idx on public.waitlist_entries (org_id, service_id, created_at)
  where status = 'waiting';
create index waitlist_entries_service_fk_idx on public.waitlist_entries (org_id, service_id);
create index waitlist_entries_provider_idx on public.waitlist_entries (org_id, provider_id);
create index waitlist_entries_hold_idx on public.waitlist_entries (org_id, hold_id);
create index waitlist_entries_contact_idx on public.waitlist_entries (org_id, contact_id);
select private.keep_org_immutable('public.waitlist_entries');

alter table public.waitlist_entries enable row level security;
select private.bind_engine('public.waitlist_entries', 'select, insert, update');
select private.allow_members('public.waitlist_entries', 'select', '{owner,staff,viewer}');
select private.allow_members('public.waitlist_entries', 'insert', '{owner,staff}');
select private.allow_members('public.waitlist_entries', 'update', '{owner,staff}', 'provider_id, wanted, status');

create function private.offer_slot(
  p_org_id uuid,
  p_service_id uuid,
  p_provider_id uuid,
  p_starts_at timestamptz,
  p_ends_at timestamptz,
  p_owner_id uuid
)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_entry public.waitlist_entries;
  v_phone text;
  v_claims bigint[];
  v_hold_id constant uuid := gen_random_uuid();
  -- Long enough to be reached and to answer, short enough that the time is not lost.
  v_expires_at constant timestamptz := least(clock_timestamp() + interval '30 minutes', p_starts_at);
begin
  if (private.judge_start(p_org_id, p_service_id, p_provider_id, p_starts_at)).reason is not null then
    return false;
  end if;
  select w.*
  into v_entry
  from public.waitlist_entries w
  where w.org_id = p_org_id
    and w.service_id = p_service_id
    and w.status = 'waiting'
    and w.wanted @> p_starts_at
    and (w.provider_id is null or w.provider_id = p_provider_id)
    and (w.offered_provider_id, w.offered_starts_at) is distinct from (p_provider_id, p_starts_at)
    -- Not to whoever gave it up.
    and not exists (
      select 1
      from public.appointments a
      where a.org_id = p_org_id
        and a.id = p_owner_id
        and a.contact_id = w.contact_id
    )
  order by w.created_at, w.id
  limit 1
  for no key update skip locked;
  if not found then
    return false;
  end if;
  select c.phone
  into v_phone
  from public.contacts c
  where c.org_id = p_org_id
    and c.id = v_entry.contact_id;

  insert into public.appointment_holds (
    id, org_id, call_sid, provider_id, service_id, starts_at, ends_at, expires_at, contact_phone
  )
  values (
    v_hold_id, p_org_id, 'waitlist-' || v_hold_id, p_provider_id, p_service_id, p_starts_at, p_ends_at, v_expires_at, v_phone
  );
  -- The claims change hands as they are, so the time is not free for a moment.
  v_claims := private.lock_claims(p_org_id, p_owner_id);
  update public.slot_claims c
  set hold_id = v_hold_id, appointment_id = null, expires_at = v_expires_at
  where c.org_id = p_org_id
    and c.id = any (v_claims);
  update public.waitlist_entries w
  set
    status = 'offered',
    hold_id = v_hold_id,
    offered_provider_id = p_provider_id,
    offered_starts_at = p_starts_at
  where w.org_id = p_org_id
    and w.id = v_entry.id;
  insert into public.follow_up_tasks (org_id, contact_id, from_phone, reason, due_at, idempotency_key)
  values (p_org_id, v_entry.contact_id, v_phone, 'waitlist_offer', v_expires_at, 'waitlist ' || v_hold_id);
  return true;
end;
$$;
comment on function private.offer_slot(uuid, uuid, uuid, timestamptz, timestamptz, uuid) is
  'Keeps a freed time for the first who waits for it, as a hold of half an hour and a task for staff; false when nobody does. p_owner_id: the appointment or hold whose claims change hands.';
revoke all on function private.offer_slot(uuid, uuid, uuid, timestamptz, timestamptz, uuid) from public;
grant execute on function private.offer_slot(uuid, uuid, uuid, timestamptz, timestamptz, uuid) to booking_engine;

create function private.offer_to_waitlist(p_cancelled public.appointments)
returns boolean
language sql
volatile
set search_path = ''
as $$
  select private.offer_slot(
    (p_cancelled).org_id,
    (p_cancelled).service_id,
    (p_cancelled).provider_id,
    (p_cancelled).starts_at,
    (p_cancelled).ends_at,
    (p_cancelled).id
  );
$$;
comment on function private.offer_to_waitlist(public.appointments) is
  'Offers the time of a cancelled appointment to the waitlist''s first match.';
revoke all on function private.offer_to_waitlist(public.appointments) from public;
grant execute on function private.offer_to_waitlist(public.appointments) to booking_engine;

create function public.join_waitlist(
  p_org_id uuid,
  p_service_id uuid,
  p_contact jsonb,
  p_provider_id uuid default null,
  p_from timestamptz default now(),
  p_to timestamptz default null,
  p_call_sid text default null
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
declare
  v_contact record;
  v_contact_id uuid;
  v_entry_id uuid;
begin
  select *
  into v_contact
  from private.contact_from_json(p_contact);
  if p_org_id is null
    or p_service_id is null
    or not v_contact.is_valid
    or v_contact.phone is null
    or p_from is null
    or not isfinite(p_from)
    or p_to <= p_from
    or p_call_sid !~ '^[A-Za-z0-9_-]{1,64}$'
  then
    return private.failure('invalid_input');
  end if;
  perform private.enter_clinic(p_org_id, 'join_waitlist', p_call_sid);
  if not exists (
    select 1
    from public.services s
    where s.org_id = p_org_id
      and s.id = p_service_id
      and s.is_active
  ) or (
    p_provider_id is not null and not exists (
      select 1
      from public.providers p
      where p.org_id = p_org_id
        and p.id = p_provider_id
    )
  ) then
    return private.failure('not_found');
  end if;

  v_contact_id := private.known_contact(p_org_id, v_contact.phone, v_contact.name, v_contact.date_of_birth);
  insert into public.waitlist_entries as entry (org_id, contact_id, service_id, provider_id, wanted)
  values (p_org_id, v_contact_id, p_service_id, p_provider_id, tstzrange(p_from, p_to))
  on conflict (org_id, contact_id, service_id) where status in ('waiting', 'offered') do update
  set provider_id = excluded.provider_id, wanted = excluded.wanted
  returning entry.id
  into v_entry_id;
  perform private.note_outcome(p_org_id, p_call_sid, 'waitlisted');
  return jsonb_build_object('success', true, 'entry_id', v_entry_id);
end;
$$;
comment on function public.join_waitlist(uuid, uuid, jsonb, uuid, timestamptz, timestamptz, text) is
  'Puts a patient {phone, name?} on the waitlist of a service for starts in [p_from, p_to), with one provider or any; again for the same service changes the wish; p_call_sid notes the call''s outcome. Answers {entry_id}. Fails with not_found, invalid_input.';
revoke all on function public.join_waitlist(uuid, uuid, jsonb, uuid, timestamptz, timestamptz, text) from public, anon, authenticated;
grant execute on function public.join_waitlist(uuid, uuid, jsonb, uuid, timestamptz, timestamptz, text) to service_role;
alter function public.join_waitlist(uuid, uuid, jsonb, uuid, timestamptz, timestamptz, text) owner to booking_engine;

-- Holds that nobody confirmed ------------------------------------------------------------------------------------------

create function private.orgs_with_overdue_holds()
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  select distinct h.org_id
  from public.appointment_holds h
  where h.status = 'held'
    and h.expires_at <= now();
$$;
comment on function private.orgs_with_overdue_holds() is
  'The clinics in which a hold is past its end. It runs as its owner and tells ids, no more.';
revoke all on function private.orgs_with_overdue_holds() from public;
grant execute on function private.orgs_with_overdue_holds() to booking_engine;

create function public.expire_holds()
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
declare
  v_org_id uuid;
  v_hold public.appointment_holds;
  v_expired integer := 0;
begin
  for v_org_id in
    select o
    from private.orgs_with_overdue_holds() o
    order by o
  loop
    perform private.enter_clinic(v_org_id, 'expire_holds');
    -- A hold that somebody is working on right now is left to them, or to the next run.
    for v_hold in
      select h.*
      from public.appointment_holds h
      where h.org_id = v_org_id
        and h.status = 'held'
        and h.expires_at <= clock_timestamp()
      order by h.id
      for no key update skip locked
    loop
      update public.appointment_holds h
      set status = 'expired'
      where h.org_id = v_org_id
        and h.id = v_hold.id;
      if not private.end_offer(v_hold) then
        delete from public.slot_claims c
        where c.id in (
          select o.id
          from public.slot_claims o
          where o.org_id = v_org_id
            and o.hold_id = v_hold.id
          for update skip locked
        );
      end if;
      v_expired := v_expired + 1;
    end loop;
    perform private.enter_clinic(null);
  end loop;
  return jsonb_build_object('success', true, 'expired', v_expired);
end;
$$;

create function private.pass_offer_on(p_hold public.appointment_holds)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_claims bigint[];
begin
  -- Only while the hold still has its time, and all of it: others may already have cleared a part of it away.
  v_claims := array(
    select c.id
    from public.slot_claims c
    where c.org_id = p_hold.org_id
      and c.hold_id = p_hold.id
    for update skip locked
  );
  return cardinality(v_claims) > (
    select count(distinct s.kind)
    from public.service_resources s
    where s.org_id = p_hold.org_id
      and s.service_id = p_hold.service_id
  ) and private.offer_slot(
    p_hold.org_id, p_hold.service_id, p_hold.provider_id, p_hold.starts_at, p_hold.ends_at, p_hold.id
  );
end;
$$;
comment on function private.pass_offer_on(public.appointment_holds) is
  'Offers the time of an offer that nobody took to the next who waits for it.';
revoke all on function private.pass_offer_on(public.appointment_holds) from public;
grant execute on function private.pass_offer_on(public.appointment_holds) to booking_engine;

create function private.end_offer(p_hold public.appointment_holds)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  update public.waitlist_entries w
  set status = 'waiting', hold_id = null
  where w.org_id = p_hold.org_id
    and w.hold_id = p_hold.id
    and w.status = 'offered';
  return found and private.pass_offer_on(p_hold);
end;
$$;
comment on function private.end_offer(public.appointment_holds) is
  'When a hold that ends unused was an offer: whoever had it waits on, and its time goes to the next (true); false when its time is to be freed.';
revoke all on function private.end_offer(public.appointment_holds) from public;
grant execute on function private.end_offer(public.appointment_holds) to booking_engine;

comment on function public.expire_holds() is
  'Ends every hold that is past its time, in all clinics one after the other, frees its time and passes waitlist offers on. Answers {expired}. Safe to run at any time, also twice at once.';
revoke all on function public.expire_holds() from public, anon, authenticated;
grant execute on function public.expire_holds() to service_role;
alter function public.expire_holds() owner to booking_engine;

-- Time off over appointments that exist -----------------------------------------------------------------------------------

create function private.note_time_off_conflicts(p_org_id uuid, p_appointment_id uuid, p_away tstzrange, p_resource_id uuid default null)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  insert into public.follow_up_tasks (org_id, contact_id, appointment_id, reason, due_at, idempotency_key)
  select a.org_id, a.contact_id, a.id, 'time_off_conflict', now(), 'time off ' || a.id || ' ' || a.starts_at
  from public.appointments a
  where a.org_id = p_org_id
    and a.id = p_appointment_id
    and a.ends_at > now()
    and a.status in ('booked', 'confirmed', 'arrived')
    and exists (
      select 1
      from public.slot_claims c
      where c.org_id = a.org_id
        and c.appointment_id = a.id
        and case
          when p_away is not null then
            p_away && tstzrange(a.starts_at, a.ends_at)
            and c.resource_id = coalesce(p_resource_id, c.resource_id)
          else
            private.away_spans(
              a.org_id,
              c.resource_id,
              (select o.timezone from public.organizations o where o.id = a.org_id),
              a.starts_at,
              a.ends_at
            ) && tstzrange(a.starts_at, a.ends_at)
        end
    )
  on conflict (org_id, idempotency_key) do nothing;
end;
$$;
comment on function private.note_time_off_conflicts(uuid, uuid, tstzrange, uuid) is
  'Leaves staff one task when an appointment falls into time off: the given span (of one resource or the clinic), or any that is known.';
revoke all on function private.note_time_off_conflicts(uuid, uuid, tstzrange, uuid) from public;
grant execute on function private.note_time_off_conflicts(uuid, uuid, tstzrange, uuid) to booking_engine;

create function private.keep_appointments_in_time_off()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_entered constant boolean := private.enter_clinic_of_row(new.org_id);
  v_away tstzrange;
  v_resource_id uuid;
  v_appointment_id uuid;
begin
  if tg_table_name = 'holidays' then
    select tstzrange(new.day::timestamp at time zone o.timezone, (new.day + 1)::timestamp at time zone o.timezone)
    into v_away
    from public.organizations o
    where o.id = new.org_id;
  else
    v_away := tstzrange(new.starts_at, new.ends_at);
    v_resource_id := new.resource_id;
  end if;

  -- What staff are writing has no claim yet that could be waited for, so that is waited for here.
  perform pg_advisory_xact_lock(hashtextextended('absences ' || new.org_id::text, 0));
  -- `for share` waits for a confirmation that is under way and then sees the appointment it made. Claims of holds must be
  -- among the rows for that: a condition on appointment_id would be applied before the lock, to the row as it was.
  for v_appointment_id in
    select c.appointment_id
    from public.slot_claims c
    where c.org_id = new.org_id
      and c.resource_id = coalesce(v_resource_id, c.resource_id)
      and c.during && v_away
    order by c.id
    for share
  loop
    perform private.note_time_off_conflicts(new.org_id, v_appointment_id, v_away, v_resource_id);
  end loop;
  if v_entered then
    perform private.enter_clinic(null);
  end if;
  return null;
end;
$$;
comment on function private.keep_appointments_in_time_off() is
  'Time off and holidays leave the appointments they fall on as they are, and make a task of each for staff.';
revoke all on function private.keep_appointments_in_time_off() from public;
alter function private.keep_appointments_in_time_off() owner to booking_engine;

create trigger keep_appointments
after insert or update on public.time_off
for each row execute function private.keep_appointments_in_time_off();

create trigger keep_appointments
after insert or update on public.holidays
for each row execute function private.keep_appointments_in_time_off();
