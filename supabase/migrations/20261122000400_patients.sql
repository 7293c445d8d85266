-- Patients: whom the clinic knows, and who tried to prove that they are one.

create table public.contacts (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  phone private.e164 not null,
  name text check (length(name) between 1 and 120),
  date_of_birth date check (date_of_birth between '1900-01-01' and '2200-01-01'),
  created_at timestamptz not null default now(),
  unique (org_id, id),
  unique (org_id, phone)
);
comment on table public.contacts is
  'A patient as the clinic knows them, by phone number.';
select private.protect('public.contacts', 'select, insert, update');
select private.allow_members('public.contacts', 'select', '{owner,staff,viewer}');
select private.allow_members('public.contacts', 'insert', '{owner,staff}');
select private.allow_members('public.contacts', 'update', '{owner,staff}');
select private.allow_members('public.contacts', 'delete', '{owner,staff}');

create function private.contact_from_json(p_contact jsonb)
returns table (is_valid boolean, phone text, name text, date_of_birth date)
language plpgsql
immutable
set search_path = ''
as $$
begin
  is_valid := p_contact is null or jsonb_typeof(p_contact) in ('object', 'null');
  if is_valid and jsonb_typeof(p_contact) = 'object' then
    phone := p_contact ->> 'phone';
    -- Whatever was heard or typed becomes one line of at most 120 characters.
    name := nullif(btrim(regexp_replace(left(p_contact ->> 'name', 120), '[[:cntrl:][:space:]]+', ' ', 'g')), '');
    if coalesce(p_contact ->> 'date_of_birth', '') <> '' then
      is_valid := p_contact ->> 'date_of_birth' ~ '^[12][09][0-9]{2}-[0-9]{2}-[0-9]{2}$'
        and pg_input_is_valid(p_contact ->> 'date_of_birth', 'date');
      if is_valid then
        date_of_birth := (p_contact ->> 'date_of_birth')::date;
        is_valid := date_of_birth between '1900-01-01' and '2200-01-01';
      end if;
    end if;
    is_valid := is_valid and coalesce(pg_input_is_valid(phone, 'private.e164'), true);
  end if;
  return next;
end;
$$;
comment on function private.contact_from_json(jsonb) is
  'Reads {phone?, name?, date_of_birth?}; is_valid is false when a part cannot be what it should be.';

create function private.upsert_contact(p_org_id uuid, p_phone text, p_name text, p_date_of_birth date)
returns uuid
language sql
volatile
set search_path = ''
as $$
  insert into public.contacts as known (org_id, phone, name, date_of_birth)
  values (p_org_id, p_phone, p_name, p_date_of_birth)
  on conflict (org_id, phone) do update
  set
    name = coalesce(known.name, excluded.name),
    date_of_birth = coalesce(known.date_of_birth, excluded.date_of_birth)
  returning known.id;
$$;
comment on function private.upsert_contact(uuid, text, text, date) is
  'The contact with this number, made if new. What the clinic already knows of them stays: a caller fills gaps, no more.';

create table public.verification_attempts (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  phone private.e164 not null,
  call_sid private.call_sid,
  attempt_key text not null,
  succeeded boolean not null,
  created_at timestamptz not null default now(),
  unique (org_id, id),
  unique (org_id, attempt_key)
);
comment on table public.verification_attempts is
  'Who tried to prove that they are a patient. attempt_key is a digest of call and answer: a turn that Twilio sends twice is one try, and the answer itself is not kept.';
create index verification_attempts_phone_idx on public.verification_attempts (org_id, phone, created_at);
comment on index public.verification_attempts_phone_idx is
  'The tries of one number within a day, before each proof.';
create index verification_attempts_call_idx on public.verification_attempts (org_id, call_sid);
comment on index public.verification_attempts_call_idx is
  'The tries of one call, before each proof.';
select private.protect('public.verification_attempts', 'select, insert');
select private.allow_members('public.verification_attempts', 'select', '{owner}');

create function private.verification_tries_left(p_org_id uuid, p_phone text, p_call_sid text)
returns integer
language sql
stable
set search_path = ''
as $$
  -- Three a call, so that an honest slip is forgiven; ten a day for a number, so that calling again does not help.
  select greatest(0, least(
    3 - count(*) filter (where a.call_sid = p_call_sid),
    10 - count(*) filter (where a.phone = p_phone and a.created_at > now() - interval '1 day')
  ))::integer
  from public.verification_attempts a
  where a.org_id = p_org_id
    and not a.succeeded
    and (a.call_sid = p_call_sid or a.phone = p_phone);
$$;
comment on function private.verification_tries_left(uuid, text, text) is
  'How many wrong dates of birth or codes a call and a number may still give.';
