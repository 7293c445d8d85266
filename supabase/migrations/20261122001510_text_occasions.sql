-- Occasions: what makes a clinic write to a patient. Every change of an appointment, by phone, by text or by staff, comes
-- through the trigger below, in the transaction of the change.

create function private.reminder_at(p_starts timestamp, p_before interval, p_quiet_from time, p_quiet_to time)
returns timestamp
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (
    select case
      when n.night is null then w.wanted
      -- In the morning, if that is still well ahead; else in the evening before, a little ahead of the quiet hours.
      when upper(n.night) <= p_starts - p_before / 2 then upper(n.night)
      else lower(n.night) - interval '15 minutes'
    end
    -- Wall clock minus wall clock: two days before nine is nine, whatever the clocks did in between.
    from (select p_starts - p_before as wanted) w
    cross join lateral (select private.night_around(w.wanted, p_quiet_from, p_quiet_to) as night) n
  );
end;
$$;
comment on function private.reminder_at(timestamp, interval, time, time) is
  'When to remind, on the clinic''s wall clock: so long before the appointment; not at night, and never after it.';
revoke all on function private.reminder_at(timestamp, interval, time, time) from public;
grant execute on function private.reminder_at(timestamp, interval, time, time) to booking_engine;

create function private.plan_reminders(p_appointment public.appointments)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  with plan as (
    -- Two reminders that the night moves to one moment are one.
    select distinct on (d.due_at)
      d.due_at,
      'reminder ' || p_appointment.id || ' ' || extract(epoch from p_appointment.starts_at) || ' ' || b.before as key
    from public.organizations o
    join public.text_settings s on s.org_id = o.id
    cross join lateral unnest(s.reminders) b (before)
    cross join lateral (
      select private.reminder_at(
        p_appointment.starts_at at time zone o.timezone, b.before, s.quiet_from, s.quiet_to
      ) at time zone o.timezone as due_at
    ) d
    where o.id = p_appointment.org_id
      and p_appointment.status in ('booked', 'confirmed')
      and d.due_at > now()
      and d.due_at < p_appointment.starts_at
      and not private.has_opted_out(p_appointment.org_id, p_appointment.contact_id)
    order by d.due_at, b.before desc
  ),
  withdrawn as (
    update public.outbox o
    set status = 'withdrawn', problem = 'changed', settled_at = clock_timestamp()
    where o.org_id = p_appointment.org_id
      and o.appointment_id = p_appointment.id
      and o.kind = 'reminder_text'
      and o.status = 'pending'
      and o.idempotency_key not in (select p.key from plan p)
  )
  insert into public.outbox as known (
    org_id, kind, appointment_id, contact_id, starts_at, idempotency_key, due_at, not_after
  )
  select
    p_appointment.org_id, 'reminder_text', p_appointment.id, p_appointment.contact_id, p_appointment.starts_at, p.key,
    p.due_at, p_appointment.starts_at
  from plan p
  -- So soon after the confirmation it would only be noise; one that is planned already stays.
  where p.due_at > now() + interval '30 minutes'
    or exists (
      select 1
      from public.outbox o
      where o.org_id = p_appointment.org_id
        and o.idempotency_key = p.key
    )
  on conflict (org_id, idempotency_key) do update
  set
    status = 'pending',
    contact_id = excluded.contact_id,
    due_at = excluded.due_at,
    problem = null,
    settled_at = null
  where known.status in ('pending', 'withdrawn')
    and (known.status, known.contact_id, known.due_at) is distinct from ('pending', excluded.contact_id, excluded.due_at);
end;
$$;
comment on function private.plan_reminders(public.appointments) is
  'Makes an appointment''s waiting reminders those that the clinic''s settings ask for now: new ones are added, others withdrawn, sent ones never repeated.';
revoke all on function private.plan_reminders(public.appointments) from public;
grant execute on function private.plan_reminders(public.appointments) to booking_engine;

create function private.queue_text(p_appointment public.appointments, p_kind text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  insert into public.outbox (
    org_id, kind, appointment_id, contact_id, starts_at, any_hour, idempotency_key, due_at, not_after
  )
  select
    s.org_id,
    p_kind,
    (p_appointment).id,
    (p_appointment).contact_id,
    (p_appointment).starts_at,
    -- An RPC acts for a patient who is awake, on the phone or texting. Staff may work at any hour.
    coalesce(current_setting('app.function', true), '') <> '',
    p_kind || ' ' || (p_appointment).id || ' ' || pg_current_xact_id()::text,
    now(),
    (p_appointment).starts_at
  from public.text_settings s
  where s.org_id = (p_appointment).org_id
    and s.confirmations
    and not private.has_opted_out(s.org_id, (p_appointment).contact_id)
  on conflict do nothing;
end;
$$;
comment on function private.queue_text(public.appointments, text) is
  'Puts a confirmation of what has just happened to an appointment into the outbox: one in a transaction.';
revoke all on function private.queue_text(public.appointments, text) from public;
grant execute on function private.queue_text(public.appointments, text) to booking_engine;

create function private.write_to_patient()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_entered constant boolean := private.enter_clinic_of_row(new.org_id);
  v_is_open constant boolean := new.status in ('booked', 'confirmed');
  v_was_open constant boolean := tg_op = 'UPDATE' and old.status in ('booked', 'confirmed');
  v_kind constant text := case
    when v_was_open and new.status = 'cancelled' then 'cancelled_text'
    when not v_is_open then null
    when not v_was_open or old.contact_id <> new.contact_id then 'booked_text'
    when (old.starts_at, old.provider_id, old.service_id) <> (new.starts_at, new.provider_id, new.service_id)
      then 'moved_text'
  end;
begin
  -- Of the past, or of what only staff care about, patients hear nothing.
  if (v_kind is not null or v_is_open <> v_was_open)
    and greatest(new.starts_at, case when v_was_open then old.starts_at end) > now()
  then
    if v_was_open then
      perform private.withdraw_outbox(new.org_id, new.id, 'changed', array['booked_text', 'moved_text', 'cancelled_text']);
    end if;
    if v_kind is not null and new.starts_at > now() then
      perform private.queue_text(new, v_kind);
    end if;
    perform private.plan_reminders(new);
  end if;
  if v_entered then
    perform private.enter_clinic(null);
  end if;
  return null;
end;
$$;
comment on function private.write_to_patient() is
  'Confirms to the patient that an appointment was booked, moved or cancelled, and plans, replaces or withdraws its reminders.';
revoke all on function private.write_to_patient() from public;
alter function private.write_to_patient() owner to booking_engine;

-- Its name puts it after claim_time: what the ledger refuses is never confirmed.
create trigger write_to_patient
after insert or update on public.appointments
for each row execute function private.write_to_patient();

-- When the plan itself changes -------------------------------------------------------------------------------------------

create function private.plan_all_reminders(p_org_id uuid, p_phone text default null)
returns void
language sql
volatile
set search_path = ''
as $$
  select private.plan_reminders(a)
  from public.appointments a
  join public.contacts c
    on c.org_id = a.org_id
    and c.id = a.contact_id
  where a.org_id = p_org_id
    and a.starts_at > now()
    and a.status in ('booked', 'confirmed')
    and (p_phone is null or c.phone = p_phone);
$$;
comment on function private.plan_all_reminders(uuid, text) is
  'Plans the reminders of all coming appointments of a clinic anew, or of one number''s.';
revoke all on function private.plan_all_reminders(uuid, text) from public;
grant execute on function private.plan_all_reminders(uuid, text) to booking_engine;

create function private.replan_reminders()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_org_id constant uuid := case
    when tg_table_name = 'organizations' then to_jsonb(new) ->> 'id'
    else coalesce(to_jsonb(new), to_jsonb(old)) ->> 'org_id'
  end;
  v_entered constant boolean := private.enter_clinic_of_row(v_org_id);
begin
  perform private.plan_all_reminders(v_org_id, to_jsonb(old) ->> 'phone');
  if v_entered then
    perform private.enter_clinic(null);
  end if;
  return null;
end;
$$;
comment on function private.replan_reminders() is
  'Other settings, another time zone, or a patient who wants texts again: reminders that wait follow.';
revoke all on function private.replan_reminders() from public;
alter function private.replan_reminders() owner to booking_engine;

create trigger replan_reminders
after update of reminders, quiet_from, quiet_to on public.text_settings
for each row execute function private.replan_reminders();
create trigger replan_reminders
after update of timezone on public.organizations
for each row when (old.timezone <> new.timezone)
execute function private.replan_reminders();
create trigger replan_reminders
after delete on public.opt_outs
for each row execute function private.replan_reminders();
