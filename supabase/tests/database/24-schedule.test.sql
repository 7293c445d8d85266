-- The schedule: who does what how often, when the worker is woken, and how health sees it.
begin;
set local search_path = public, extensions;
select plan(17);

-- Nothing that others left waits.
update outbox set status = 'withdrawn', claim_id = null, settled_at = now() where status in ('pending', 'sending');
update appointment_holds set status = 'released' where status = 'held';
update private.jobs set last_started_at = now();
insert into private.jobs (name, every, wakes_worker)
values ('hourly_test', '1 hour', true), ('always_test', '0', false);
update private.alerts set closed_at = now() where closed_at is null;

create function pg_temp.chores(p_now timestamptz)
returns text[]
language sql
as $$
  select coalesce(array_agg(c order by c), '{}')
  from jsonb_array_elements_text(public.claim_chores(p_now) -> 'chores') c
  where c like '%_test'
$$;
select is(pg_temp.chores(now()), '{always_test,hourly_test}', 'What was never done is due');
select is(pg_temp.chores(now()), '{always_test}', 'Whoever comes second finds the hourly work taken');
select is(pg_temp.chores(now() + interval '59 minutes'), '{always_test}', '… for an hour');
select is(pg_temp.chores(now() + interval '60 minutes'), '{always_test,hourly_test}', '… whether or not it was ever finished');
select is(public.claim_chores('infinity'), '{"success": false, "reason": "invalid_input"}', 'Nothing is due at the end of time');
update private.jobs set last_started_at = now();

-- Health ------------------------------------------------------------------------------------------------------------------

select is(
  public.check_health(),
  jsonb_build_object('success', true, 'outbox_age_seconds', 0, 'hold_overdue_seconds', 0, 'open_alerts', 0, 'last_worker_run', now()),
  'All is well'
);
insert into organizations (id, name, timezone)
values ('7e575000-0000-4000-8000-000000000001', 'Schedule Clinic', 'UTC');
insert into outbox (org_id, kind, idempotency_key, due_at, not_after)
values ('7e575000-0000-4000-8000-000000000001', 'booked_text', 'x', now() + interval '1 hour', 'infinity');
select is(public.check_health() ->> 'outbox_age_seconds', '0', 'A text that is not due yet does not wait');
update outbox set due_at = now() - interval '90 seconds' where idempotency_key = 'x';
select is(public.check_health() ->> 'outbox_age_seconds', '90.0', 'One that is due waits since then');
insert into private.alerts (rule, level, signal, value, opened_at, last_seen_at)
values ('rls_off', 'critical', 'rls_off', 1, now(), now());
select is(public.check_health() ->> 'open_alerts', '1', 'An open alert is counted');
select is(
  array(select k from jsonb_object_keys(public.check_health()) k order by k),
  '{hold_overdue_seconds,last_worker_run,open_alerts,outbox_age_seconds,success}',
  'Nothing in it is about a clinic'
);

-- Waking the worker: with stand-ins for Vault and pg_net where there are none, which is everywhere but on Supabase -------------

create function pg_temp.posts_of_waking()
returns bigint
language plpgsql
as $$
begin
  delete from net.posted;
  perform private.wake_worker();
  return (select count(*) from net.posted);
end;
$$;

create function pg_temp.waking()
returns setof text
language plpgsql
as $$
begin
  if to_regnamespace('vault') is not null or to_regnamespace('net') is not null then
    return query select skip('Vault and pg_net are there: what the worker is woken with goes to the network', 6);
    return;
  end if;
  create schema vault;
  create table vault.decrypted_secrets (name text, decrypted_secret text);
  create schema net;
  create table net.posted (url text, body jsonb, headers jsonb);
  create function net.http_post(
    url text, body jsonb default '{}', params jsonb default '{}', headers jsonb default '{}', timeout_milliseconds integer default 5000
  )
  returns bigint
  language sql
  as $post$
    insert into net.posted values (url, body, headers);
    select 1::bigint
  $post$;

  return next is(pg_temp.posts_of_waking(), 0::bigint, 'Without an address nobody is called');
  insert into vault.decrypted_secrets
  values ('frontdesk_functions_url', 'https://clinic.example/functions/v1/'), ('frontdesk_worker_key', 'sb_secret_of-the-project');
  return next is(pg_temp.posts_of_waking(), 1::bigint, 'With one, a text that waits wakes the worker');
  return next is(
    (select to_jsonb(p) from net.posted p),
    '{
      "url": "https://clinic.example/functions/v1/worker", "body": {},
      "headers": {"content-type": "application/json", "apikey": "sb_secret_of-the-project"}
    }',
    '… by a post with the key'
  );
  update outbox set due_at = now() + interval '1 hour' where idempotency_key = 'x';
  return next is(pg_temp.posts_of_waking(), 0::bigint, 'When nothing waits, nobody is woken');
  update private.jobs set last_started_at = now() - interval '2 hours' where name = 'always_test';
  return next is(pg_temp.posts_of_waking(), 0::bigint, '… not for a chore that is only done along with others');
  update private.jobs set last_started_at = now() - interval '2 hours' where name = 'hourly_test';
  return next is(pg_temp.posts_of_waking(), 1::bigint, '… but for one that has its own time');
end;
$$;
select * from pg_temp.waking();

select public.tidy_counts(now() + interval '20 days');
select is(
  (select count(*) from private.request_counts) + (select count(*) from private.request_latencies),
  0::bigint,
  'Counts of which no rule asks any more are forgotten'
);

select * from finish();
rollback;
