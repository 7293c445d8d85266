-- Texts: what a clinic wants sent and when, who wants none, and what there has been. What a text says is TypeScript's; whether,
-- to whom, when, and what the clock shows there is decided here and in the chapters after this one.

create table public.text_settings (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null unique references public.organizations (id) on delete cascade,
  confirmations boolean not null default true,
  reminders interval[] not null default '{2 days,2 hours}' check (
    cardinality(reminders) <= 5
    and interval '15 minutes' <= all (reminders)
    and interval '60 days' >= all (reminders)
  ),
  quiet_from time not null default '21:00',
  quiet_to time not null default '08:00',
  messaging_service_sid text check (messaging_service_sid ~ '^MG[0-9a-zA-Z]{32}$')
);
comment on table public.text_settings is
  'Which texts a clinic sends. `reminders` are distances on the wall clock before the appointment; none goes out between quiet_from and quiet_to (equal: no quiet hours). Without a messaging service, texts come from the clinic''s first number.';
select private.keep_org_immutable('public.text_settings');
select private.keep_audited('public.text_settings');

alter table public.text_settings enable row level security;
select private.bind_engine('public.text_settings', 'select');
select private.allow_members('public.text_settings', 'select', '{owner,staff,viewer}');
select private.allow_members('public.text_settings', 'update', '{owner}');

-- As its owner: a clinic that is being made cannot have been entered.
create function private.give_text_settings()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.text_settings (org_id)
  values (new.id)
  on conflict do nothing;
  return null;
end;
$$;
comment on function private.give_text_settings() is
  'Every clinic has settings from its first day, so that the defaults are written in one place: the table.';
revoke all on function private.give_text_settings() from public;

create trigger give_text_settings
after insert on public.organizations
for each row execute function private.give_text_settings();
insert into public.text_settings (org_id)
select o.id
from public.organizations o;

create table public.opt_outs (
  -- Not the number: the audit trail names a row by its key.
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  phone private.e164 not null,
  source text not null default 'staff' check (source in ('patient', 'carrier', 'staff')),
  created_at timestamptz not null default now(),
  unique (org_id, phone)
);
comment on table public.opt_outs is
  'Numbers that want no texts from a clinic: the patient wrote STOP, the carrier told us, or staff were asked. Only the patient''s START takes one away.';
select private.keep_org_immutable('public.opt_outs');
select private.keep_audited('public.opt_outs');

alter table public.opt_outs enable row level security;
select private.bind_engine('public.opt_outs', 'select, insert, delete');
select private.allow_members('public.opt_outs', 'select', '{owner,staff,viewer}');
select private.allow_members('public.opt_outs', 'insert', '{owner,staff}', 'org_id, phone');

create table public.texts (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  direction text not null check (direction in ('in', 'out')),
  sid text not null check (sid ~ '^(SM|MM)[0-9a-zA-Z]{32}$'),
  phone private.e164,
  contact_id uuid,
  appointment_id uuid,
  outbox_id uuid,
  status text not null,
  error_code integer,
  outcome text check (outcome in ('confirmed', 'cancelled', 'passed_on', 'opted_out', 'opted_in')),
  is_answered boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (org_id, id),
  unique (org_id, sid),
  check ((direction = 'in') = (outcome is not null)),
  foreign key (org_id, contact_id) references public.contacts (org_id, id) on delete cascade,
  foreign key (org_id, appointment_id) references public.appointments (org_id, id) on delete cascade,
  foreign key (org_id, outbox_id) references public.outbox (org_id, id) on delete cascade
);
comment on table public.texts is
  'Every text that Twilio took from us or brought us, once (sid), without its words. `outcome` is what an inbound one did, is_answered whether we wrote back.';
create index texts_phone_idx on public.texts (org_id, phone, created_at);
create index texts_contact_idx on public.texts (org_id, contact_id);
create index texts_appointment_idx on public.texts (org_id, appointment_id);
create index texts_outbox_idx on public.texts (org_id, outbox_id);
select private.keep_org_immutable('public.texts');
select private.keep_audited('public.texts');

alter table public.texts enable row level security;
select private.bind_engine('public.texts', 'select, insert, update');
select private.allow_members('public.texts', 'select', '{owner,staff,viewer}');

-- Who wants no texts -----------------------------------------------------------------------------------------------------

create function private.has_opted_out(p_org_id uuid, p_contact_id uuid)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select 1
    from public.contacts c
    join public.opt_outs o
      on o.org_id = c.org_id
      and o.phone = c.phone
    where c.org_id = p_org_id
      and c.id = p_contact_id
  );
end;
$$;
comment on function private.has_opted_out(uuid, uuid) is
  'Whether a patient wants no texts from the clinic.';
revoke all on function private.has_opted_out(uuid, uuid) from public;
grant execute on function private.has_opted_out(uuid, uuid) to booking_engine;

create function private.withdraw_texts_to_opted_out()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_entered constant boolean := private.enter_clinic_of_row(new.org_id);
begin
  update public.outbox o
  set status = 'withdrawn', problem = 'opted_out', settled_at = clock_timestamp()
  from public.contacts c
  where c.org_id = new.org_id
    and c.phone = new.phone
    and o.org_id = c.org_id
    and o.contact_id = c.id
    and o.status = 'pending';
  if v_entered then
    perform private.enter_clinic(null);
  end if;
  return null;
end;
$$;
comment on function private.withdraw_texts_to_opted_out() is
  'An opt-out counts for what already waits too, whoever noted it.';
revoke all on function private.withdraw_texts_to_opted_out() from public;
alter function private.withdraw_texts_to_opted_out() owner to booking_engine;

create trigger withdraw_texts
after insert on public.opt_outs
for each row execute function private.withdraw_texts_to_opted_out();
