-- Keeps knowledge_terms equal to a count over knowledge_lexical, whoever writes the latter.

-- The terms of a sparse vector; term 0 stands for the passage itself, so that its df is their number.
CREATE FUNCTION knowledge_terms_of(lex sparsevec) RETURNS SETOF int
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 600 AS $$
  SELECT 0
  UNION ALL
  SELECT split_part(item, ':', 1)::int
  FROM string_to_table(split_part(ltrim(lex::text, '{'), '}', 1), ',') AS item
$$;

-- One writer per assistant at a time (an advisory lock till the end of the transaction), so that two documents
-- finishing together neither lose a count nor wait for each other in a circle.
CREATE FUNCTION count_knowledge_terms() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  scope record;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    FOR scope IN SELECT DISTINCT tenant_id, assistant_id FROM old_rows ORDER BY 1, 2 LOOP
      PERFORM pg_advisory_xact_lock(hashint8extended(coalesce(scope.assistant_id, -scope.tenant_id), 615));
      IF scope.assistant_id IS NULL THEN
        UPDATE knowledge_terms t SET df = t.df - gone.n
        FROM (
          SELECT term, count(*) AS n FROM old_rows o, knowledge_terms_of(o.lex) AS term
          WHERE o.tenant_id = scope.tenant_id AND o.assistant_id IS NULL GROUP BY term
        ) AS gone
        WHERE t.tenant_id = scope.tenant_id AND t.assistant_id IS NULL AND t.term = gone.term;
        DELETE FROM knowledge_terms t
        WHERE t.tenant_id = scope.tenant_id AND t.assistant_id IS NULL AND t.df = 0;
      ELSE
        UPDATE knowledge_terms t SET df = t.df - gone.n
        FROM (
          SELECT term, count(*) AS n FROM old_rows o, knowledge_terms_of(o.lex) AS term
          WHERE o.assistant_id = scope.assistant_id GROUP BY term
        ) AS gone
        WHERE t.tenant_id = scope.tenant_id AND t.assistant_id = scope.assistant_id AND t.term = gone.term;
        DELETE FROM knowledge_terms t
        WHERE t.tenant_id = scope.tenant_id AND t.assistant_id = scope.assistant_id AND t.df = 0;
      END IF;
    END LOOP;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    PERFORM pg_advisory_xact_lock(hashint8extended(coalesce(scopes.assistant_id, -scopes.tenant_id), 615))
    FROM (SELECT DISTINCT tenant_id, assistant_id FROM new_rows ORDER BY 1, 2) AS scopes;
    INSERT INTO knowledge_terms (tenant_id, assistant_id, term, df)
    SELECT n.tenant_id, n.assistant_id, term, count(*)
    FROM new_rows n, knowledge_terms_of(n.lex) AS term
    GROUP BY 1, 2, 3
    ON CONFLICT (tenant_id, assistant_id, term) DO UPDATE SET df = knowledge_terms.df + excluded.df;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER tg_knowledge_lexical_insert AFTER INSERT ON knowledge_lexical
REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_knowledge_terms();

CREATE TRIGGER tg_knowledge_lexical_update AFTER UPDATE ON knowledge_lexical
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_knowledge_terms();

CREATE TRIGGER tg_knowledge_lexical_delete AFTER DELETE ON knowledge_lexical
REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION count_knowledge_terms();
