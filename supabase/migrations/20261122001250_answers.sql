-- Answers: a caller's question against what the clinic wants its callers to be told.

-- As its owner, because the engine has no business in the schema where extensions live.
create function private.likeness(p_title text, p_query text)
returns numeric
language sql
immutable
security definer
set search_path = ''
return extensions.strict_word_similarity(p_title, p_query)::numeric;
comment on function private.likeness(text, text) is
  'How much some words of a question look like a title, from 0 to 1 (trigrams).';
revoke all on function private.likeness(text, text) from public;
grant execute on function private.likeness(text, text) to booking_engine;

create function public.search_knowledge(
  p_org_id uuid,
  p_query text,
  p_limit integer default 3,
  p_call_sid text default null
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_chunks jsonb;
  v_clear boolean;
begin
  if p_org_id is null
    or p_query is null
    or length(p_query) > 1000
    or p_limit is null
    or p_limit not between 1 and 20
    or p_call_sid !~ '^[A-Za-z0-9_-]{1,64}$'
  then
    return private.failure('invalid_input');
  end if;
  perform private.enter_clinic(p_org_id, 'search_knowledge', p_call_sid);
  if not exists (
    select 1
    from public.organizations o
    where o.id = p_org_id
  ) then
    return private.failure('not_found');
  end if;

  -- A spoken question has words that no answer has, so any may match; the share that does is the score. Words that the
  -- recogniser misheard match nothing: for them the nearest trigrams count, at a discount.
  with asked as (
    select
      k.id, k.title, k.body, k.search,
      tsvector_to_array(to_tsvector(k.language::regconfig, p_query)) as lexemes
    from public.knowledge_base_chunks k
    where k.org_id = p_org_id
  ),
  matched as (
    select
      a.id, a.title, a.body,
      (
        select count(*)
        from unnest(a.lexemes) l
        where a.search @@ format('%L', l)::tsquery
      )::numeric / nullif(cardinality(a.lexemes), 0) as share,
      (
        select count(*)
        from unnest(a.lexemes) l
        where a.search @@ format('%L:A', l)::tsquery
      )::numeric / nullif(cardinality(a.lexemes), 0) as share_of_title,
      private.likeness(a.title, p_query) as likeness
    from asked a
  ),
  scored as (
    select
      m.id, m.title, m.body,
      round(
        case
          when m.share > 0 then m.share * 0.7 + m.share_of_title * 0.3
          when m.likeness >= 0.4 then m.likeness * 0.8
          else 0
        end,
        3
      ) as score
    from matched m
  )
  select jsonb_agg(
    jsonb_build_object('id', best.id, 'title', best.title, 'body', best.body, 'score', best.score)
    order by best.score desc, best.title, best.id
  )
  into v_chunks
  from (
    select *
    from scored s
    where s.score > 0
    order by s.score desc, s.title, s.id
    limit p_limit
  ) best;

  -- Half of what was asked is covered, and no other chunk comes close: better a message than a wrong answer.
  v_clear := coalesce(
    (v_chunks -> 0 ->> 'score')::numeric >= 0.45
      and (v_chunks -> 0 ->> 'score')::numeric >= 1.25 * coalesce((v_chunks -> 1 ->> 'score')::numeric, 0),
    false
  );
  if v_clear and p_call_sid is not null then
    perform private.note_outcome(p_org_id, p_call_sid, 'answered');
  end if;
  return jsonb_build_object('success', true, 'chunks', coalesce(v_chunks, '[]'), 'clear', v_clear);
end;
$$;
comment on function public.search_knowledge(uuid, text, integer, text) is
  'The clinic''s chunks that fit a question, best first, each with a score from 0 to 1, in the chunk''s own language; `clear` when the first may be read out as the answer; p_call_sid then notes the call''s outcome. Fails with not_found, invalid_input.';
revoke all on function public.search_knowledge(uuid, text, integer, text) from public, anon, authenticated;
grant execute on function public.search_knowledge(uuid, text, integer, text) to service_role;
alter function public.search_knowledge(uuid, text, integer, text) owner to booking_engine;
