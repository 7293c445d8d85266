-- Notices: an alert is told where somebody listens, once when it opens and once when it is over. A notice is to the system
-- what a row of the outbox is to a clinic: claimed for a lease, told, tried again.

create table private.alert_notices (
  alert_id uuid not null references private.alerts (id) on delete cascade,
  event text not null check (event in ('opened', 'closed')),
  channel text not null check (channel in ('sentry', 'webhook')),
  status text not null default 'pending' check (status in ('pending', 'told', 'given_up')),
  attempts integer not null default 0,
  due_at timestamptz not null,
  primary key (alert_id, event, channel)
);
comment on table private.alert_notices is
  'Who has been told of an alert''s opening and closing. due_at is when to try next; while somebody tells, the end of their lease.';

alter table private.alert_notices enable row level security;
create policy engine on private.alert_notices to booking_engine using (true) with check (true);
grant select, insert, update on private.alert_notices to booking_engine;

create function private.is_overshadowed(p_alert private.alerts)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select 1
    from private.alerts o
    where o.signal = (p_alert).signal
      and o.subject = (p_alert).subject
      and array_position(array['critical', 'warning', 'info'], o.level)
        < array_position(array['critical', 'warning', 'info'], (p_alert).level)
      and o.opened_at <= (p_alert).opened_at
      and (o.closed_at is null or o.closed_at > (p_alert).opened_at)
  );
$$;
comment on function private.is_overshadowed(private.alerts) is
  'Whether a graver alert about the same thing was open when this one opened. It is kept, but who was woken by the one is not told of the other.';
revoke all on function private.is_overshadowed(private.alerts) from public;
grant execute on function private.is_overshadowed(private.alerts) to booking_engine;

create function public.claim_alert_notices(
  p_channels text[],
  p_lease_seconds integer default 60,
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
  v_notices jsonb;
begin
  if p_channels is null
    or not p_channels <@ array['sentry', 'webhook']
    or p_lease_seconds is null
    or p_lease_seconds not between 5 and 600
    or p_now is null
    or not isfinite(p_now)
  then
    return private.failure('invalid_input');
  end if;
  -- Older news than a day is none: a channel that is set up today does not hear of last week.
  insert into private.alert_notices (alert_id, event, channel, due_at)
  select a.id, 'opened', c, p_now
  from private.alerts a
  cross join unnest(p_channels) c
  where a.opened_at > p_now - interval '1 day'
    and not private.is_overshadowed(a)
  on conflict do nothing;
  insert into private.alert_notices (alert_id, event, channel, due_at)
  select a.id, 'closed', n.channel, p_now
  from private.alerts a
  join private.alert_notices n
    on n.alert_id = a.id
    and n.event = 'opened'
  where a.closed_at > p_now - interval '1 day'
    and n.channel = any (p_channels)
  on conflict do nothing;

  with due as (
    select n.alert_id, n.event, n.channel
    from private.alert_notices n
    where n.status = 'pending'
      and n.due_at <= p_now
      and n.channel = any (p_channels)
      -- The end is not told before the beginning.
      and (
        n.event = 'opened'
        or not exists (
          select 1
          from private.alert_notices o
          where o.alert_id = n.alert_id
            and o.channel = n.channel
            and o.event = 'opened'
            and o.status = 'pending'
        )
      )
    order by n.due_at
    limit 20
    for update skip locked
  ),
  claimed as (
    update private.alert_notices n
    set attempts = n.attempts + 1, due_at = p_now + make_interval(secs => p_lease_seconds)
    from due d
    where n.alert_id = d.alert_id
      and n.event = d.event
      and n.channel = d.channel
    returning n.alert_id, n.event, n.channel
  )
  select coalesce(
    jsonb_agg(jsonb_build_object('event', c.event, 'channel', c.channel, 'alert', private.alert_told(a))),
    '[]'
  )
  into v_notices
  from claimed c
  join private.alerts a on a.id = c.alert_id;
  return jsonb_build_object('success', true, 'notices', v_notices);
end;
$$;
comment on function public.claim_alert_notices(text[], integer, timestamptz) is
  'Takes what has to be told of alerts through these channels (sentry, webhook) for p_lease_seconds. Answers {notices: [{event, channel, alert}]}; each must be settled by record_alert_notice, or is told again. Fails with invalid_input.';
revoke all on function public.claim_alert_notices(text[], integer, timestamptz) from public, anon, authenticated;
grant execute on function public.claim_alert_notices(text[], integer, timestamptz) to service_role;
alter function public.claim_alert_notices(text[], integer, timestamptz) owner to booking_engine;

create function public.record_alert_notice(p_alert_id uuid, p_event text, p_channel text, p_is_told boolean)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
begin
  if p_alert_id is null or p_event is null or p_channel is null or p_is_told is null then
    return private.failure('invalid_input');
  end if;
  update private.alert_notices n
  set
    status = case
      when p_is_told then 'told'
      when n.attempts >= 24 then 'given_up'
      else 'pending'
    end,
    due_at = now() + private.retry_after(n.attempts)
  where n.alert_id = p_alert_id
    and n.event = p_event
    and n.channel = p_channel
    and n.status = 'pending';
  return case when found then '{"success": true}' else private.failure('not_found') end;
end;
$$;
comment on function public.record_alert_notice(uuid, text, text, boolean) is
  'Settles a notice: told, or to be tried again with growing pauses, 24 times at most. Fails with not_found (no such notice waits), invalid_input.';
revoke all on function public.record_alert_notice(uuid, text, text, boolean) from public, anon, authenticated;
grant execute on function public.record_alert_notice(uuid, text, text, boolean) to service_role;
alter function public.record_alert_notice(uuid, text, text, boolean) owner to booking_engine;
