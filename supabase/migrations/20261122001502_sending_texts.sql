-- Sending texts: how the worker takes them out of the outbox, none at night and none that has become pointless.

create function private.night_around(p_local timestamp, p_quiet_from time, p_quiet_to time)
returns tsrange
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (
    select n.night
    from (values (-1), (0)) d (day)
    cross join lateral (
      select tsrange(
        p_local::date + d.day + p_quiet_from,
        p_local::date + d.day + case when p_quiet_to < p_quiet_from then 1 else 0 end + p_quiet_to
      ) as night
    ) n
    where n.night @> p_local
  );
end;
$$;
comment on function private.night_around(timestamp, time, time) is
  'The quiet hours that a wall clock falls into, or null. They may cross midnight.';
revoke all on function private.night_around(timestamp, time, time) from public;
grant execute on function private.night_around(timestamp, time, time) to booking_engine;

-- Out of the outbox ------------------------------------------------------------------------------------------------------

create function private.leave_text_task(p_row public.outbox, p_explanation text)
returns void
language sql
volatile
set search_path = ''
as $$
  -- One open task for a patient who cannot be reached says it all; ten would bury it.
  insert into public.follow_up_tasks (
    org_id, contact_id, appointment_id, from_phone, reason, body, due_at, idempotency_key
  )
  select c.org_id, c.id, (p_row).appointment_id, c.phone, 'text_failed', left(p_explanation, 4000), now(), 'text ' || (p_row).id
  from public.contacts c
  where c.org_id = (p_row).org_id
    and c.id = (p_row).contact_id
    and not exists (
      select 1
      from public.follow_up_tasks t
      where t.org_id = c.org_id
        and t.contact_id = c.id
        and t.reason = 'text_failed'
        and t.status <> 'done'
    )
  on conflict (org_id, idempotency_key) do nothing;
$$;
comment on function private.leave_text_task(public.outbox, text) is
  'Tells staff that a patient did not get a text; p_explanation is for them to read.';
revoke all on function private.leave_text_task(public.outbox, text) from public;
grant execute on function private.leave_text_task(public.outbox, text) to booking_engine;

create function private.hold_text_back(p_row public.outbox, p_now timestamptz)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_status text;
  v_starts_at timestamptz;
  v_timezone text;
  v_night tsrange;
  v_morning timestamptz;
begin
  select a.status, a.starts_at
  into v_status, v_starts_at
  from public.appointments a
  where a.org_id = p_row.org_id
    and a.id = p_row.appointment_id;
  if v_starts_at is distinct from p_row.starts_at
    or (p_row.kind = 'cancelled_text') <> (v_status = 'cancelled')
    or v_status not in ('booked', 'confirmed', 'cancelled')
  then
    perform private.settle_outbox(p_row.org_id, p_row.id, 'withdrawn', 'changed');
    return true;
  elsif private.has_opted_out(p_row.org_id, p_row.contact_id) then
    perform private.settle_outbox(p_row.org_id, p_row.id, 'withdrawn', 'opted_out');
    return true;
  elsif p_row.attempts >= 24 or (p_row.attempts > 0 and p_now >= p_row.not_after) then
    perform private.settle_outbox(p_row.org_id, p_row.id, 'given_up', coalesce(p_row.problem, 'no_answer'));
    perform private.leave_text_task(p_row, null);
    return true;
  elsif p_now >= p_row.not_after then
    perform private.settle_outbox(p_row.org_id, p_row.id, 'withdrawn', 'too_late');
    return true;
  elsif p_row.any_hour and p_now < p_row.created_at + interval '15 minutes' then
    -- Later than that, they are asleep again.
    return false;
  end if;

  -- It was due by day, but is looked at by night: the worker was away, or tries again.
  select o.timezone, private.night_around(p_now at time zone o.timezone, s.quiet_from, s.quiet_to)
  into v_timezone, v_night
  from public.organizations o
  join public.text_settings s on s.org_id = o.id
  where o.id = p_row.org_id;
  if v_night is null then
    return false;
  end if;
  v_morning := upper(v_night) at time zone v_timezone;
  update public.outbox o
  set status = 'pending', claim_id = null, due_at = v_morning
  where o.org_id = p_row.org_id
    and o.id = p_row.id;
  return true;
end;
$$;
comment on function private.hold_text_back(public.outbox, timestamptz) is
  'True when a due text must not go out now; it has then been withdrawn, given up, or put off until morning.';
revoke all on function private.hold_text_back(public.outbox, timestamptz) from public;
grant execute on function private.hold_text_back(public.outbox, timestamptz) to booking_engine;

create function private.text_told(p_row public.outbox)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'org_id', o.id,
    'outbox_id', (p_row).id,
    'claim_id', (p_row).claim_id,
    'kind', (p_row).kind,
    'attempt', (p_row).attempts,
    'unsure_since', (p_row).unsure_since,
    'to', c.phone,
    'from', n.phone,
    'messaging_service_sid', s.messaging_service_sid,
    'clinic', jsonb_build_object('name', o.name, 'locale', o.locale, 'address', o.address, 'phone', n.phone),
    'slot', private.slot(a.org_id, a.service_id, a.provider_id, a.starts_at, a.ends_at),
    'provider', r.name,
    'code', a.code
  )
  from public.organizations o
  join public.text_settings s on s.org_id = o.id
  join public.contacts c on c.org_id = o.id and c.id = (p_row).contact_id
  join public.appointments a on a.org_id = o.id and a.id = (p_row).appointment_id
  join public.resources r on r.org_id = o.id and r.id = a.provider_id
  left join lateral (
    select p.phone
    from public.phone_numbers p
    where p.org_id = o.id
    order by p.created_at, p.phone
    limit 1
  ) n on true
  where o.id = (p_row).org_id;
$$;
comment on function private.text_told(public.outbox) is
  'All that is needed to word and send a text, as claim_texts tells it.';
revoke all on function private.text_told(public.outbox) from public;
grant execute on function private.text_told(public.outbox) to booking_engine;

create function public.claim_texts(
  p_limit integer default 10,
  p_lease_seconds integer default 30,
  p_now timestamptz default now()
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
declare
  v_org_id uuid;
  v_row public.outbox;
  v_seen integer := 0;
  v_texts jsonb := '[]';
begin
  if p_limit is null
    or p_limit not between 1 and 100
    or p_lease_seconds is null
    or p_lease_seconds not between 5 and 600
    or p_now is null
    or not isfinite(p_now)
  then
    return private.failure('invalid_input');
  end if;
  for v_org_id in
    select o
    from private.orgs_with_due_outbox(p_now) o
  loop
    exit when v_seen >= p_limit;
    perform private.enter_clinic(v_org_id, 'claim_texts');
    -- What another worker is looking at right now is theirs.
    for v_row in
      select o.*
      from public.outbox o
      where o.org_id = v_org_id
        and o.status in ('pending', 'sending')
        and o.due_at <= p_now
      order by o.due_at, o.created_at
      limit p_limit - v_seen
      for update skip locked
    loop
      v_seen := v_seen + 1;
      continue when private.hold_text_back(v_row, p_now);
      update public.outbox o
      set
        status = 'sending',
        claim_id = gen_random_uuid(),
        attempts = o.attempts + 1,
        due_at = p_now + make_interval(secs => p_lease_seconds),
        unsure_since = coalesce(o.unsure_since, p_now)
      where o.org_id = v_org_id
        and o.id = v_row.id
      returning o.claim_id, o.attempts
      into v_row.claim_id, v_row.attempts;
      -- Told with the earlier unsure_since: null when no earlier try can have been accepted.
      v_texts := v_texts || private.text_told(v_row);
    end loop;
    perform private.enter_clinic(null);
  end loop;
  return jsonb_build_object('success', true, 'seen', v_seen, 'texts', v_texts);
end;
$$;
comment on function public.claim_texts(integer, integer, timestamptz) is
  'Takes up to p_limit due texts of all clinics for p_lease_seconds, and settles those that must not be sent any more. Answers {seen, texts}: seen 0 means that nothing is due. Each text must be settled by record_text_sent or record_text_failed before the lease ends, or somebody else takes it; unsure_since, when set, asks to look first whether it was accepted since then. Fails with invalid_input.';
revoke all on function public.claim_texts(integer, integer, timestamptz) from public, anon, authenticated;
grant execute on function public.claim_texts(integer, integer, timestamptz) to service_role;
alter function public.claim_texts(integer, integer, timestamptz) owner to booking_engine;
