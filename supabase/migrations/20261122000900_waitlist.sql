-- The waiting list: who would come sooner, and how a freed time reaches them. Nobody before this chapter knows of it: it watches
-- appointments that are cancelled and holds that end, and takes their time over before it is free.

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
comment on index public.waitlist_entries_service_idx is
  'Who has waited longest for a service, whenever a time is given up.';
create index waitlist_entries_service_fk_idx on public.waitlist_entries (org_id, service_id);
create index waitlist_entries_provider_idx on public.waitlist_entries (org_id, provider_id);
create index waitlist_entries_hold_idx on public.waitlist_entries (org_id, hold_id);
create index waitlist_entries_contact_idx on public.waitlist_entries (org_id, contact_id);
select private.protect('public.waitlist_entries', 'select, insert, update');
select private.allow_members('public.waitlist_entries', 'select', '{owner,staff,viewer}');
select private.allow_members('public.waitlist_entries', 'insert', '{owner,staff}');
select private.allow_members('public.waitlist_entries', 'update', '{owner,staff}', 'provider_id, wanted, status');

-- Joining -------------------------------------------------------------------------------------------------------------

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
    or not pg_input_is_valid(p_call_sid, 'private.call_sid')
  then
    return private.failure('invalid_input');
  end if;
  perform private.enter_clinic(p_org_id, 'join_waitlist', p_call_sid);
  if (private.active_service(p_org_id, p_service_id)).id is null
    or (p_provider_id is not null and not private.is_provider(p_org_id, p_provider_id))
  then
    return private.failure('not_found');
  end if;

  v_contact_id := private.upsert_contact(p_org_id, v_contact.phone, v_contact.name, v_contact.date_of_birth);
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
  'Puts a patient {phone, name?} on the waiting list of a service for starts in [p_from, p_to), with one provider or any; again for the same service changes the wish; p_call_sid notes the call''s outcome. Answers {entry_id}. Fails with not_found, invalid_input.';
select private.publish('public.join_waitlist');

-- Offering ------------------------------------------------------------------------------------------------------------

create function private.next_on_waitlist(
  p_org_id uuid,
  p_service_id uuid,
  p_provider_id uuid,
  p_starts_at timestamptz,
  p_owner_id uuid
)
returns public.waitlist_entries
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_entry public.waitlist_entries;
begin
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
  return v_entry;
end;
$$;
comment on function private.next_on_waitlist(uuid, uuid, uuid, timestamptz, uuid) is
  'Who has waited longest for such a time, locked; a row of nulls when nobody does. p_owner_id: the appointment or hold that gave the time up.';

create function private.offer_slot(
  p_org_id uuid,
  p_service_id uuid,
  p_provider_id uuid,
  p_starts_at timestamptz,
  p_ends_at timestamptz,
  p_owner_id uuid
)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_entry public.waitlist_entries;
  v_phone text;
  v_claims uuid[];
  v_hold_id constant uuid := gen_random_uuid();
  -- Long enough to be reached and to answer, short enough that the time is not lost.
  v_expires_at constant timestamptz := least(clock_timestamp() + interval '30 minutes', p_starts_at);
begin
  if (private.check_start(p_org_id, p_service_id, p_provider_id, p_starts_at)).reason is not null then
    return;
  end if;
  v_entry := private.next_on_waitlist(p_org_id, p_service_id, p_provider_id, p_starts_at, p_owner_id);
  if v_entry.id is null then
    return;
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
end;
$$;
comment on function private.offer_slot(uuid, uuid, uuid, timestamptz, timestamptz, uuid) is
  'Keeps a freed time for the first who waits for it, as a hold of half an hour and a task for staff. p_owner_id: the appointment or hold whose claims change hands; when nobody waits, they stay with it.';

-- When a time is given up ---------------------------------------------------------------------------------------------

create function private.offer_cancelled_time()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_entered constant boolean := private.enter_clinic_of_row(new.org_id);
begin
  perform private.offer_slot(old.org_id, old.service_id, old.provider_id, old.starts_at, old.ends_at, old.id);
  perform private.leave_clinic_of_row(v_entered);
  return null;
end;
$$;
comment on function private.offer_cancelled_time() is
  'Offers the time of a cancelled appointment to the first who waits for it.';
alter function private.offer_cancelled_time() owner to booking_engine;

-- By its name it comes before release_time.
create trigger offer_to_waitlist
after update on public.appointments
for each row when (old.status in ('booked', 'confirmed') and new.status = 'cancelled')
execute function private.offer_cancelled_time();

create function private.pass_offer_on(p_hold public.appointment_holds)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_claims uuid[];
begin
  -- Only while the hold still has its time, and all of it: others may already have cleared a part of it away.
  v_claims := array(
    select c.id
    from public.slot_claims c
    where c.org_id = p_hold.org_id
      and c.hold_id = p_hold.id
    for update skip locked
  );
  if cardinality(v_claims) > (
    select count(distinct s.kind)
    from public.service_resources s
    where s.org_id = p_hold.org_id
      and s.service_id = p_hold.service_id
  ) then
    perform private.offer_slot(
      p_hold.org_id, p_hold.service_id, p_hold.provider_id, p_hold.starts_at, p_hold.ends_at, p_hold.id
    );
  end if;
end;
$$;
comment on function private.pass_offer_on(public.appointment_holds) is
  'Offers the time of an offer that nobody took to the next who waits for it.';

create function private.end_offer()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_entered constant boolean := private.enter_clinic_of_row(new.org_id);
begin
  update public.waitlist_entries w
  set
    status = case new.status when 'confirmed' then 'booked' else 'waiting' end,
    hold_id = case new.status when 'confirmed' then w.hold_id end
  where w.org_id = new.org_id
    and w.hold_id = new.id
    and w.status = 'offered';
  if found and new.status <> 'confirmed' then
    perform private.pass_offer_on(new);
  end if;
  perform private.leave_clinic_of_row(v_entered);
  return null;
end;
$$;
comment on function private.end_offer() is
  'When a hold that ends was an offer: whoever took it has what they wanted; whoever did not waits on, and the time goes to the next.';
alter function private.end_offer() owner to booking_engine;

create trigger end_offer
after update on public.appointment_holds
for each row when (old.status = 'held' and new.status <> 'held')
execute function private.end_offer();
