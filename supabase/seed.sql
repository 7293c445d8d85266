-- Two demo clinics in two time zones. Every name is invented and every number is reserved for fiction.
-- Ids are fixed, so that scripts and examples may name them; running this twice changes nothing.

insert into public.organizations (id, name, timezone, locale, emergency_number, greeting, address)
values
  ('a0000000-0000-4000-8000-000000000001', 'Harbor Dental', 'America/New_York', 'en-US', '911',
    'Thank you for calling.', '12 Pier Street, New York'),
  ('b0000000-0000-4000-8000-000000000001', 'Cedar Family Clinic', 'Europe/London', 'en-GB', '999',
    null, '3 Cedar Walk, London')
on conflict do nothing;

insert into public.phone_numbers (id, org_id, phone)
values
  ('a0000000-0000-4000-8000-000000000002', 'a0000000-0000-4000-8000-000000000001', '+12125550100'),
  ('b0000000-0000-4000-8000-000000000002', 'b0000000-0000-4000-8000-000000000001', '+442079460100')
on conflict do nothing;

-- Providers, and one room ---------------------------------------------------------------------------------------------

insert into public.resources (id, org_id, kind, name)
values
  ('a0000000-0000-4000-8000-000000000011', 'a0000000-0000-4000-8000-000000000001', 'provider', 'Dr. Maya Ortiz'),
  ('a0000000-0000-4000-8000-000000000012', 'a0000000-0000-4000-8000-000000000001', 'provider', 'Dr. Ben Whitlock'),
  ('a0000000-0000-4000-8000-000000000013', 'a0000000-0000-4000-8000-000000000001', 'room', 'Surgery'),
  ('b0000000-0000-4000-8000-000000000011', 'b0000000-0000-4000-8000-000000000001', 'provider', 'Dr. Priya Nair'),
  ('b0000000-0000-4000-8000-000000000012', 'b0000000-0000-4000-8000-000000000001', 'provider', 'Nurse Tom Hale')
on conflict do nothing;

insert into public.providers (id, org_id, spoken_name, menu_position)
values
  ('a0000000-0000-4000-8000-000000000011', 'a0000000-0000-4000-8000-000000000001', 'Doctor Ortiz', 1),
  ('a0000000-0000-4000-8000-000000000012', 'a0000000-0000-4000-8000-000000000001', 'Doctor Whitlock', 2),
  ('b0000000-0000-4000-8000-000000000011', 'b0000000-0000-4000-8000-000000000001', 'Doctor Nair', 1),
  ('b0000000-0000-4000-8000-000000000012', 'b0000000-0000-4000-8000-000000000001', 'Nurse Hale', 2)
on conflict do nothing;

insert into public.services (
  id, org_id, name, duration_minutes, buffer_before_minutes, buffer_after_minutes, slot_step_minutes,
  min_notice_minutes, horizon_days, assignment, menu_position
)
values
  ('a0000000-0000-4000-8000-000000000021', 'a0000000-0000-4000-8000-000000000001',
    'Check-up', 30, 0, 10, 30, 60, 90, 'first_free', 1),
  ('a0000000-0000-4000-8000-000000000022', 'a0000000-0000-4000-8000-000000000001',
    'Cleaning', 45, 5, 10, 15, 60, 90, 'spread', 2),
  ('a0000000-0000-4000-8000-000000000023', 'a0000000-0000-4000-8000-000000000001',
    'Crown fitting', 90, 10, 20, 30, 1440, 120, 'first_free', 3),
  ('b0000000-0000-4000-8000-000000000021', 'b0000000-0000-4000-8000-000000000001',
    'Appointment with a doctor', 15, 0, 5, 15, 30, 60, 'first_free', 1),
  ('b0000000-0000-4000-8000-000000000022', 'b0000000-0000-4000-8000-000000000001',
    'Blood test', 10, 5, 5, 10, 120, 60, 'first_free', 2)
on conflict do nothing;

insert into public.provider_services (org_id, provider_id, service_id)
values
  ('a0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000011', 'a0000000-0000-4000-8000-000000000021'),
  ('a0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000011', 'a0000000-0000-4000-8000-000000000022'),
  ('a0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000011', 'a0000000-0000-4000-8000-000000000023'),
  ('a0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000012', 'a0000000-0000-4000-8000-000000000021'),
  ('a0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000012', 'a0000000-0000-4000-8000-000000000022'),
  ('b0000000-0000-4000-8000-000000000001', 'b0000000-0000-4000-8000-000000000011', 'b0000000-0000-4000-8000-000000000021'),
  ('b0000000-0000-4000-8000-000000000001', 'b0000000-0000-4000-8000-000000000012', 'b0000000-0000-4000-8000-000000000022')
on conflict do nothing;

insert into public.service_resources (org_id, service_id, resource_id, kind)
values
  ('a0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000023', 'a0000000-0000-4000-8000-000000000013', 'room')
on conflict do nothing;

-- Hours: Monday to Friday with a lunch break --------------------------------------------------------------------------

insert into public.availability (id, org_id, provider_id, weekday, opens_at, closes_at)
select
  -- Made from what the row says, so that a second run finds the same rows.
  md5(p.id::text || d.weekday || h.opens_at)::uuid,
  p.org_id,
  p.id,
  d.weekday,
  h.opens_at,
  h.closes_at
from public.providers p
cross join generate_series(1, 5) d (weekday)
join (
  values
    ('a0000000-0000-4000-8000-000000000001'::uuid, time '09:00', time '12:30'),
    ('a0000000-0000-4000-8000-000000000001'::uuid, time '13:30', time '17:00'),
    ('b0000000-0000-4000-8000-000000000001'::uuid, time '08:30', time '12:00'),
    ('b0000000-0000-4000-8000-000000000001'::uuid, time '13:00', time '18:00')
) h (org_id, opens_at, closes_at) on h.org_id = p.org_id
where p.org_id in ('a0000000-0000-4000-8000-000000000001', 'b0000000-0000-4000-8000-000000000001')
on conflict do nothing;

insert into public.holidays (org_id, day, name)
values
  ('a0000000-0000-4000-8000-000000000001', '2026-12-25', 'Christmas Day'),
  ('a0000000-0000-4000-8000-000000000001', '2027-01-01', 'New Year''s Day'),
  ('b0000000-0000-4000-8000-000000000001', '2026-12-25', 'Christmas Day'),
  ('b0000000-0000-4000-8000-000000000001', '2026-12-28', 'Boxing Day (substitute day)')
on conflict do nothing;

-- Patients ------------------------------------------------------------------------------------------------------------

insert into public.contacts (id, org_id, phone, name, date_of_birth)
values
  ('a0000000-0000-4000-8000-000000000031', 'a0000000-0000-4000-8000-000000000001', '+12125550111', 'Nell Harper', '1984-03-09'),
  ('a0000000-0000-4000-8000-000000000032', 'a0000000-0000-4000-8000-000000000001', '+12125550112', 'Owen Brandt', '1957-11-30'),
  ('b0000000-0000-4000-8000-000000000031', 'b0000000-0000-4000-8000-000000000001', '+442079460111', 'Iris Calder', '1991-07-22'),
  ('b0000000-0000-4000-8000-000000000032', 'b0000000-0000-4000-8000-000000000001', '+442079460112', 'Jonah Pike', '2001-02-28')
on conflict do nothing;

-- Answers -------------------------------------------------------------------------------------------------------------

insert into public.knowledge_base_chunks (id, org_id, title, body)
values
  ('a0000000-0000-4000-8000-000000000041', 'a0000000-0000-4000-8000-000000000001', 'Opening hours',
    'We are open Monday to Friday from nine to five, and closed for lunch from half past twelve to half past one.'),
  ('a0000000-0000-4000-8000-000000000042', 'a0000000-0000-4000-8000-000000000001', 'Parking and directions',
    'There is a parking garage next door on Pier Street. Bring your ticket to the desk and the first hour is free.'),
  ('a0000000-0000-4000-8000-000000000043', 'a0000000-0000-4000-8000-000000000001', 'Insurance and payment',
    'We take most dental insurance plans. Please bring your insurance card. You can pay by card or in cash.'),
  ('b0000000-0000-4000-8000-000000000041', 'b0000000-0000-4000-8000-000000000001', 'Opening hours',
    'The surgery is open Monday to Friday from half past eight to six, with a break from twelve to one.'),
  ('b0000000-0000-4000-8000-000000000042', 'b0000000-0000-4000-8000-000000000001', 'Repeat prescriptions',
    'Repeat prescriptions are ready at your pharmacy two working days after you ask for them.'),
  ('b0000000-0000-4000-8000-000000000043', 'b0000000-0000-4000-8000-000000000001', 'Blood tests and fasting',
    'For a fasting blood test, eat nothing for ten hours before and drink only water.')
on conflict do nothing;

-- Staff who can sign in; the password of both is frontdesk-local --------------------------------------------------------

insert into auth.users (
  id, instance_id, aud, role, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data,
  created_at, updated_at, confirmation_token, recovery_token, email_change, email_change_token_new
)
select
  u.id,
  '00000000-0000-0000-0000-000000000000',
  'authenticated',
  'authenticated',
  u.email,
  extensions.crypt('frontdesk-local', extensions.gen_salt('bf')),
  now(),
  '{"provider": "email", "providers": ["email"]}',
  '{}',
  now(),
  now(),
  '',
  '',
  '',
  ''
from (
  values
    ('a0000000-0000-4000-8000-000000000051'::uuid, 'owner@harbor.test'),
    ('b0000000-0000-4000-8000-000000000051'::uuid, 'owner@cedar.test')
) u (id, email)
on conflict do nothing;

insert into auth.identities (id, user_id, provider, provider_id, identity_data, last_sign_in_at, created_at, updated_at)
select
  u.id,
  u.id,
  'email',
  u.id::text,
  jsonb_build_object('sub', u.id, 'email', u.email, 'email_verified', true),
  now(),
  now(),
  now()
from auth.users u
where u.email in ('owner@harbor.test', 'owner@cedar.test')
on conflict do nothing;

insert into public.memberships (org_id, user_id, role)
values
  ('a0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000051', 'owner'),
  ('b0000000-0000-4000-8000-000000000001', 'b0000000-0000-4000-8000-000000000051', 'owner')
on conflict do nothing;
