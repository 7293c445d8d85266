-- What became of a text: Twilio took it or did not, and what its delivery reports say later, in whatever order they come.

create function private.text_rank(p_status text)
returns integer
language sql
immutable
set search_path = ''
return array_position(
  array['accepted', 'scheduled', 'queued', 'sending', 'sent', 'canceled', 'failed', 'undelivered', 'delivered', 'read'],
  p_status
);
comment on function private.text_rank(text) is
  'How far a text has come. Reports arrive in any order: the furthest counts. Null for a status that we do not know.';
revoke all on function private.text_rank(text) from public;
grant execute on function private.text_rank(text) to booking_engine;

create function private.note_text(
  p_row public.outbox,
  p_sid text,
  p_status text,
  p_error_code integer
)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  insert into public.texts as known (
    org_id, direction, sid, phone, contact_id, appointment_id, outbox_id, status, error_code
  )
  select p_row.org_id, 'out', p_sid, c.phone, c.id, p_row.appointment_id, p_row.id, p_status, p_error_code
  from public.contacts c
  where c.org_id = p_row.org_id
    and c.id = p_row.contact_id
  on conflict (org_id, sid) do update
  set
    status = case
      when private.text_rank(excluded.status) > private.text_rank(known.status) then excluded.status
      else known.status
    end,
    error_code = coalesce(known.error_code, excluded.error_code),
    updated_at = now()
  where known.outbox_id = excluded.outbox_id;
  if not found then
    return false;
  end if;
  if p_row.status <> 'sent' then
    perform private.settle_outbox(p_row.org_id, p_row.id, 'sent');
  end if;
  return true;
end;
$$;
comment on function private.note_text(public.outbox, text, text, integer) is
  'Notes that Twilio has the text of a row, and how far it is. False when that message belongs to another row.';
revoke all on function private.note_text(public.outbox, text, text, integer) from public;
grant execute on function private.note_text(public.outbox, text, text, integer) to booking_engine;

create function private.locked_outbox(p_org_id uuid, p_outbox_id uuid)
returns public.outbox
language sql
volatile
set search_path = ''
as $$
  select o.*
  from public.outbox o
  where o.org_id = p_org_id
    and o.id = p_outbox_id
  for update;
$$;
comment on function private.locked_outbox(uuid, uuid) is
  'A row of the outbox, locked; a row of nulls when the clinic has no such row.';
revoke all on function private.locked_outbox(uuid, uuid) from public;
grant execute on function private.locked_outbox(uuid, uuid) to booking_engine;

create function public.record_text_sent(p_org_id uuid, p_outbox_id uuid, p_sid text, p_status text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
declare
  v_row public.outbox;
begin
  if p_org_id is null
    or p_outbox_id is null
    or p_sid is null
    or p_sid !~ '^(SM|MM)[0-9a-zA-Z]{32}$'
    or private.text_rank(p_status) is null
  then
    return private.failure('invalid_input');
  end if;
  perform private.enter_clinic(p_org_id, 'record_text_sent');
  v_row := private.locked_outbox(p_org_id, p_outbox_id);
  if v_row.id is null or not private.note_text(v_row, p_sid, p_status, null) then
    return private.failure('not_found');
  end if;
  return '{"success": true}';
end;
$$;
comment on function public.record_text_sent(uuid, uuid, text, text) is
  'Settles a text that Twilio accepted as message p_sid, whoever claimed it. Fails with not_found (no such row, or the message is known to be that of another row), invalid_input.';
revoke all on function public.record_text_sent(uuid, uuid, text, text) from public, anon, authenticated;
grant execute on function public.record_text_sent(uuid, uuid, text, text) to service_role;
alter function public.record_text_sent(uuid, uuid, text, text) owner to booking_engine;

create function public.record_text_failed(
  p_org_id uuid,
  p_outbox_id uuid,
  p_claim_id uuid,
  p_problem text,
  p_explanation text,
  p_is_final boolean,
  p_is_unsure boolean
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
declare
  v_row public.outbox;
begin
  if p_org_id is null
    or p_outbox_id is null
    or p_claim_id is null
    or p_problem is null
    or p_problem !~ '^[a-z][a-z0-9_]{1,79}$'
    or p_is_final is null
    or p_is_unsure is null
  then
    return private.failure('invalid_input');
  end if;
  perform private.enter_clinic(p_org_id, 'record_text_failed');
  v_row := private.locked_outbox(p_org_id, p_outbox_id);
  -- After the lease it may be somebody else's, or its delivery report has settled it.
  if v_row.id is null or v_row.status <> 'sending' or v_row.claim_id <> p_claim_id then
    return private.failure('not_found');
  end if;

  if p_is_final or v_row.attempts >= 24 then
    perform private.settle_outbox(p_org_id, p_outbox_id, 'given_up', p_problem);
    perform private.leave_text_task(v_row, p_explanation);
    perform private.heed_carrier(p_org_id, v_row.contact_id, p_problem);
    return '{"success": true, "status": "given_up"}';
  end if;
  update public.outbox o
  set
    status = 'pending',
    claim_id = null,
    problem = p_problem,
    -- What Twilio may have taken, its delivery report mostly settles within seconds. Its list may lag behind.
    due_at = clock_timestamp()
      + greatest(private.retry_after(o.attempts), case when p_is_unsure then interval '5 seconds' end),
    unsure_since = case when p_is_unsure then o.unsure_since end
  where o.org_id = p_org_id
    and o.id = p_outbox_id;
  return '{"success": true, "status": "pending"}';
end;
$$;

create function private.heed_carrier(p_org_id uuid, p_contact_id uuid, p_problem text)
returns void
language sql
volatile
set search_path = ''
as $$
  insert into public.opt_outs (org_id, phone, source)
  select c.org_id, c.phone, 'carrier'
  from public.contacts c
  where c.org_id = p_org_id
    and c.id = p_contact_id
    and p_problem = 'twilio_21610'
  on conflict do nothing;
$$;
comment on function private.heed_carrier(uuid, uuid, text) is
  'Twilio''s error 21610 says that the patient has opted out with the carrier: we remember it as our own.';
revoke all on function private.heed_carrier(uuid, uuid, text) from public;
grant execute on function private.heed_carrier(uuid, uuid, text) to booking_engine;

comment on function public.record_text_failed(uuid, uuid, uuid, text, text, boolean, boolean) is
  'Notes a failed try of a claimed text: another is made later, with growing pauses, unless p_is_final or this was the 24th; then it is given up and p_explanation becomes a task. p_is_unsure: Twilio may have accepted it all the same. Answers {status}. Fails with not_found (not, or no longer, claimed by p_claim_id), invalid_input.';
revoke all on function public.record_text_failed(uuid, uuid, uuid, text, text, boolean, boolean) from public, anon, authenticated;
grant execute on function public.record_text_failed(uuid, uuid, uuid, text, text, boolean, boolean) to service_role;
alter function public.record_text_failed(uuid, uuid, uuid, text, text, boolean, boolean) owner to booking_engine;

create function public.record_text_status(
  p_outbox_id uuid,
  p_sid text,
  p_status text,
  p_error_code integer default null,
  p_explanation text default null
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
begin
  if p_outbox_id is null
    or p_sid is null
    or p_sid !~ '^(SM|MM)[0-9a-zA-Z]{32}$'
    or private.text_rank(p_status) is null
    or p_error_code not between 1 and 99999
  then
    return private.failure('invalid_input');
  end if;
  v_org_id := private.org_of_outbox(p_outbox_id);
  perform private.enter_clinic(v_org_id, 'record_text_status');
  v_row := private.locked_outbox(v_org_id, p_outbox_id);
  -- The first report may come before the one who sent it could write down that it was sent.
  if v_row.id is null or not private.note_text(v_row, p_sid, p_status, p_error_code) then
    return private.failure('not_found');
  end if;
  if p_status in ('failed', 'undelivered', 'canceled') then
    perform private.leave_text_task(v_row, p_explanation);
    perform private.heed_carrier(v_org_id, v_row.contact_id, 'twilio_' || p_error_code);
  end if;
  return jsonb_build_object(
    'success', true,
    'status', (select t.status from public.texts t where t.org_id = v_org_id and t.sid = p_sid)
  );
end;
$$;
comment on function public.record_text_status(uuid, text, text, integer, text) is
  'Takes one of Twilio''s delivery reports, late, twice or out of order, and answers how far the text is: it only moves forward. One that was not delivered leaves a task with p_explanation. Fails with not_found, invalid_input.';
revoke all on function public.record_text_status(uuid, text, text, integer, text) from public, anon, authenticated;
grant execute on function public.record_text_status(uuid, text, text, integer, text) to service_role;
alter function public.record_text_status(uuid, text, text, integer, text) owner to booking_engine;
