-- Knowledge: what a clinic wants its callers to be told, and how a question finds it.

create table public.knowledge_base_chunks (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  title text not null check (length(title) between 1 and 200),
  body text not null check (length(body) between 1 and 4000),
  -- A word and not a regconfig: such a column would stand in the way of an upgrade of Postgres.
  language text not null default 'english' check (language in ('english', 'spanish', 'simple')),
  search tsvector generated always as (
    case language
      when 'english' then setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', body), 'B')
      when 'spanish' then setweight(to_tsvector('spanish', title), 'A') || setweight(to_tsvector('spanish', body), 'B')
      else setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', body), 'B')
    end
  ) stored,
  unique (org_id, id)
);
comment on table public.knowledge_base_chunks is
  'Short answers that a clinic wants read to callers: opening hours, parking, what to bring.';
select private.protect('public.knowledge_base_chunks', 'select');
select private.allow_members('public.knowledge_base_chunks', 'select', '{owner,staff,viewer}');
select private.allow_members('public.knowledge_base_chunks', 'insert', '{owner}');
select private.allow_members('public.knowledge_base_chunks', 'update', '{owner}');
select private.allow_members('public.knowledge_base_chunks', 'delete', '{owner}');

-- As its owner, because the engine has no business in the schema where extensions live.
create function private.title_similarity(p_title text, p_query text)
returns numeric
language sql
immutable
security definer
set search_path = ''
return extensions.strict_word_similarity(p_title, p_query)::numeric;
comment on function private.title_similarity(text, text) is
  'How much some words of a question look like a title, from 0 to 1 (trigrams).';

-- Each of a clinic's chunks is scored, and a clinic has some dozens of them: an index of words would never be asked.
create function private.scored_chunks(p_org_id uuid, p_query text)
returns table (id uuid, title text, body text, score numeric)
language plpgsql
stable
set search_path = ''
as $$
begin
  -- A spoken question has words that no answer has, so any may match; the share that does is the score. Words that the
  -- recogniser misheard match nothing: for them the nearest trigrams count, at a discount.
  return query
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
      private.title_similarity(a.title, p_query) as similarity
    from asked a
  )
  select
    m.id, m.title, m.body,
    round(
      case
        when m.share > 0 then m.share * 0.7 + m.share_of_title * 0.3
        when m.similarity >= 0.4 then m.similarity * 0.8
        else 0
      end,
      3
    )
  from matched m;
end;
$$;
comment on function private.scored_chunks(uuid, text) is
  'A clinic''s chunks, each with how well it answers a question, from 0 to 1, in the chunk''s own language.';

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
    or not pg_input_is_valid(p_call_sid, 'private.call_sid')
  then
    return private.failure('invalid_input');
  end if;
  perform private.enter_clinic(p_org_id, 'search_knowledge', p_call_sid);
  if private.timezone_of(p_org_id) is null then
    return private.failure('not_found');
  end if;

  select jsonb_agg(
    jsonb_build_object('id', best.id, 'title', best.title, 'body', best.body, 'score', best.score)
    order by best.score desc, best.title, best.id
  )
  into v_chunks
  from (
    select *
    from private.scored_chunks(p_org_id, p_query) s
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
  'The clinic''s chunks that fit a question, best first, each with a score from 0 to 1, in the chunk''s own language; `clear` when the first may be read out as the answer; p_call_sid then notes the call''s outcome. Answers {chunks, clear}. Fails with not_found, invalid_input.';
select private.publish('public.search_knowledge');
