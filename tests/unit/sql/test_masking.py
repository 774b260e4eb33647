"""Masking of SQL text."""

from __future__ import annotations

import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lineage_kit.sql.masking import mask_sql

# A deadline would measure the machine, not the code.
no_deadline = settings(deadline=None)

# Statements with a credential, as the manuals of the databases write them.
STATEMENTS = {
    "Redshift COPY, keys": "COPY t FROM 's3://b/k' ACCESS_KEY_ID '{secret}' SECRET_ACCESS_KEY '{secret}' CSV",
    "Redshift COPY, session": "COPY t FROM 's3://b/k' access_key_id 'x' secret_access_key 'y' SESSION_TOKEN '{secret}'",
    "Redshift COPY, credentials": "COPY t FROM 's3://b/k' CREDENTIALS 'aws_access_key_id={secret}' CSV",
    "Redshift COPY, credentials as": "COPY t FROM 's3://b/k' WITH CREDENTIALS AS '{secret}' CSV",
    "Redshift UNLOAD": "UNLOAD ('SELECT 1') TO 's3://b/k' CREDENTIALS '{secret}' MASTER_SYMMETRIC_KEY '{secret}'",
    "Snowflake COPY INTO": (
        "COPY INTO t FROM 's3://b/k' CREDENTIALS=(AWS_KEY_ID='{secret}' AWS_SECRET_KEY='{secret}' AWS_TOKEN='{secret}')"
    ),
    "Snowflake stage, Azure": "CREATE STAGE s URL='azure://a/c' CREDENTIALS=(AZURE_SAS_TOKEN='{secret}')",
    "Snowflake stage, key": "CREATE STAGE s URL='s3://b' ENCRYPTION=(TYPE='AWS_CSE' MASTER_KEY = '{secret}')",
    "Snowflake stage, dollars": "CREATE STAGE s URL='s3://b' CREDENTIALS=(AWS_SECRET_KEY=$${secret}$$)",
    "Databricks COPY INTO": (
        "COPY INTO t FROM 's3://b' WITH (CREDENTIAL (AWS_ACCESS_KEY='{secret}', AWS_SECRET_KEY='{secret}', "
        "AWS_SESSION_TOKEN='{secret}') ENCRYPTION (TYPE='AWS_SSE_C', MASTER_KEY='{secret}'))"
    ),
    "T-SQL credential": "CREATE CREDENTIAL c WITH IDENTITY = 'SHARED ACCESS SIGNATURE', SECRET = '{secret}'",
    "T-SQL login": "CREATE LOGIN l WITH PASSWORD = N'{secret}', DEFAULT_DATABASE = d",
    "T-SQL key": "CREATE MASTER KEY ENCRYPTION BY PASSWORD='{secret}'",
    "Postgres user": "CREATE USER u WITH LOGIN ENCRYPTED PASSWORD '{secret}' VALID UNTIL 'infinity'",
    "Postgres user, dollars": "ALTER ROLE u PASSWORD $tag${secret}$tag$",
    "Postgres user, escapes": "ALTER USER u PASSWORD E'{secret}'",
    "Postgres user mapping": "CREATE USER MAPPING FOR u SERVER s OPTIONS (user 'u', password '{secret}')",
    "MySQL user": "CREATE USER 'u'@'%' IDENTIFIED BY '{secret}'",
    "MySQL user, plugin": "CREATE USER u IDENTIFIED WITH caching_sha2_password BY '{secret}'",
    "MySQL user, hash": "ALTER USER u IDENTIFIED WITH mysql_native_password AS '{secret}'",
    "ClickHouse user": "CREATE USER u IDENTIFIED WITH sha256_hash BY '{secret}'",
    "Oracle user": 'CREATE USER u IDENTIFIED BY "{secret}" QUOTA 5M ON users',
    "Oracle user, bare": "CREATE USER u IDENTIFIED BY {secret} QUOTA 5M ON users",
    "Oracle user, hash": "CREATE USER u IDENTIFIED BY VALUES '{secret}'",
    "Spark option": 'CREATE TABLE t USING jdbc OPTIONS (url "jdbc:x", "password" "{secret}")',
    "function": "SELECT connect('host', password => '{secret}')",
    "JSON": """SELECT f('{{"api_key": "{secret}"}}')""",
    "comment between": "CREATE USER u PASSWORD /* of the week */ '{secret}'",
    "unfinished": "CREATE USER u PASSWORD '{secret}",
    "connection string, libpq": "SELECT * FROM dblink('host=h user=u password={secret}', 'SELECT 1') AS t(a int)",
    "connection string, ODBC": "SELECT * FROM OPENROWSET('MSOLEDBSQL', 'Server=h;UID=u;Pwd={secret};', 'SELECT 1')",
    "connection string, JDBC": 'CREATE TABLE t USING jdbc OPTIONS (url "jdbc:postgresql://h/d?user=u&password={secret}")',
    "URL": "COPY t FROM 'https://user:{secret}@host/path.csv'",
    "URL without user": "COPY t FROM 'redis://:{secret}@host/0'",
    "signed URL, AWS": "COPY t FROM 'https://h/p?X-Amz-Credential={secret}&X-Amz-Signature={secret}&X-Amz-Date=1'",
    "signed URL, AWS session": "COPY t FROM 'https://h/p?X-Amz-Security-Token={secret}&X-Amz-Date=1'",
    "signed URL, Google": "COPY t FROM 'https://h/p?GoogleAccessId=a&Expires=1&Signature={secret}'",
    "signed URL, Azure": "COPY INTO t FROM 'https://a.blob.core.windows.net/c?sv=1&sig={secret}&se=2'",
}
WORDS = (
    *("PASSWORD", "passwd", "PassPhrase", "secret", "token", "CREDENTIAL", "credentials", "IDENTIFIED BY", "api_key"),
    *("apikey", "access_key", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "session_token", "master_key", "private_key"),
    *("account_key", "encryption_key", "MASTER_SYMMETRIC_KEY", "AWS_KEY_ID", "AWS_SECRET_KEY", "AZURE_SAS_TOKEN"),
    *("fs.azure.account.key.a.dfs.core.windows.net", "fs.s3a.secret.key"),
)
ORDINARY = (
    "SELECT a, b AS \"b c\", `d` FROM s.t WHERE a = 'x' AND b > 1.5 GROUP BY 1",
    "INSERT INTO t (a) VALUES ('it''s'), ('-- no comment'), ('/* nor this */')",
    "COPY t FROM 's3://bucket/key.csv' IAM_ROLE 'arn:aws:iam::1:role/r' CSV",
    "CREATE FUNCTION f() RETURNS int AS $$ SELECT 1 -- kept $$ LANGUAGE sql",
    "SELECT password_hash, token_count FROM users WHERE keyword = 'x'",
    "SELECT 'https://host:8080/path?query=1'",
    "ATTACH 'file.db' AS lake",
    "UPDATE users SET password = md5(salt), token=other WHERE password = salt",
    "SELECT x -> 'a' ->> 'b', y::text, :parameter, %(other)s, ? FROM t",
)
SECRET = st.text(string.ascii_letters + string.digits + "+=_-", min_size=8, max_size=40)
RECOGNISABLE = "zq7x9kv3w"


class TestCredentials:
    @pytest.mark.parametrize("literals", [False, True])
    @pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
    def test_statement(self, statement: str, literals: bool) -> None:
        """The credential is masked, whether or not other literals are."""
        masked = mask_sql(statement.format(secret=RECOGNISABLE), literals=literals)

        assert RECOGNISABLE not in masked

    @pytest.mark.parametrize(
        ("sql", "masked"),
        [
            (
                "COPY t FROM 's3://b/k' ACCESS_KEY_ID 'AKIA' SECRET_ACCESS_KEY 'x/y+z' CSV",
                "COPY t FROM 's3://b/k' ACCESS_KEY_ID '***' SECRET_ACCESS_KEY '***' CSV",
            ),
            (
                "CREATE STAGE s URL='s3://b' CREDENTIALS=(AWS_KEY_ID='a' AWS_SECRET_KEY=$$b$$) COMMENT='c'",
                "CREATE STAGE s URL='s3://b' CREDENTIALS=(AWS_KEY_ID='***' AWS_SECRET_KEY=$$***$$) COMMENT='c'",
            ),
            (
                "CREATE CREDENTIAL c WITH IDENTITY = 'user', SECRET = N'x'; SELECT 'y'",
                "CREATE CREDENTIAL c WITH IDENTITY = 'user', SECRET = N'***'; SELECT 'y'",
            ),
            (
                "CREATE USER u IDENTIFIED BY tiger QUOTA 5M ON users",
                "CREATE USER u IDENTIFIED BY *** QUOTA 5M ON users",
            ),
            (
                "SELECT * FROM dblink('host=h password=x', 'SELECT 1') AS t(a int)",
                "SELECT * FROM dblink('host=h password=***', 'SELECT 1') AS t(a int)",
            ),
            (
                "COPY t FROM 'https://h/p?X-Amz-Date=1&X-Amz-Signature=abc&x=2'",
                "COPY t FROM 'https://h/p?X-Amz-Date=1&X-Amz-Signature=***&x=2'",
            ),
        ],
    )
    def test_nothing_else(self, sql: str, masked: str) -> None:
        """What stands around the credentials stays, quotes included."""
        assert mask_sql(sql) == masked

    @pytest.mark.parametrize("value", ["'se''cret'", "'it\\'secret'", '"se""cret"', "'a\"secret'", "'a\nsecret'"])
    def test_quotes_inside(self, value: str) -> None:
        """A quote inside the credential does not end it."""
        masked = mask_sql(f"CREATE USER u PASSWORD {value} VALID")

        assert "cret" not in masked
        assert masked.endswith(" VALID")

    @no_deadline
    @given(
        word=st.sampled_from(WORDS),
        between=st.sampled_from([" ", "=", " = ", ": ", "=(", " AS ", " BY ", " => ", "\n"]),
        quote=st.sampled_from(["'", '"']),
        secret=SECRET,
    )
    def test_any_secret(self, word: str, between: str, quote: str, secret: str) -> None:
        """No secret behind any of the words survives."""
        masked = mask_sql(f"SOMETHING WITH {word}{between}{quote}{secret}{quote} AND MORE")

        assert masked.startswith(f"SOMETHING WITH {word}")
        assert masked.endswith(f"{quote} AND MORE")
        # The word itself may contain what was drawn as the secret.
        assert secret not in masked.removeprefix(f"SOMETHING WITH {word}")

    @no_deadline
    @given(user=SECRET, secret=SECRET)
    def test_any_url(self, user: str, secret: str) -> None:
        """No password in a URL survives."""
        masked = mask_sql(f"COPY t FROM 'https://{user}:{secret}@host/path'")

        assert masked == "COPY t FROM 'https://***@host/path'"


class TestComments:
    @pytest.mark.parametrize(
        ("sql", "masked"),
        [
            ("SELECT 1 -- the password is x\nFROM t", "SELECT 1  \nFROM t"),
            ("SELECT 1 /* the password\nis x */ FROM t", "SELECT 1   FROM t"),
            ("SELECT/**/1", "SELECT 1"),
            ("-- only this", ""),
            ("SELECT 1 /* unfinished", "SELECT 1"),
            ("SELECT '-- no' -- yes", "SELECT '-- no'"),
            ("SELECT \"/* no\" /* yes */, '*/'", "SELECT \"/* no\"  , '*/'"),
            ("SELECT `--no` --yes", "SELECT `--no`"),
            ("SELECT 'it''s -- no' --yes", "SELECT 'it''s -- no'"),
            ("DO $$ -- no $$ -- yes", "DO $$ -- no $$"),
            ("DO $f$ $$ -- no $f$ -- yes", "DO $f$ $$ -- no $f$"),
        ],
    )
    def test_removed(self, sql: str, masked: str) -> None:
        """Comments go, what only looks like one inside a literal or a name stays."""
        assert mask_sql(sql) == masked

    @no_deadline
    @given(st.text(), st.sampled_from(["/*{}*/", "--{}\n"]))
    def test_any(self, text: str, comment: str) -> None:
        """A comment never survives, whatever it says, and it never changes the statement around it."""
        text = text.replace("*/", "").replace("\n", "")

        assert mask_sql(f"SELECT a {comment.format(text)} FROM t").split() == ["SELECT", "a", "FROM", "t"]


class TestLiterals:
    @pytest.mark.parametrize(
        ("sql", "masked"),
        [
            ("SELECT 'x', N'y', 1, 1.5, 1e-5, 0xFF, 1_000 FROM t1", "SELECT ?, N?, ?, ?, ?, ?, ? FROM t1"),
            ("SELECT 'it''s', '' FROM t", "SELECT ?, ? FROM t"),
            ('SELECT "Name 1", `n2`, c3 FROM s4.t5', 'SELECT "Name 1", `n2`, c3 FROM s4.t5'),
            ("SELECT $$x$$, $a$ $$ 'y' $a$, z", "SELECT ?, ?, z"),
            ("SELECT 'x' -- 'y'", "SELECT ?"),
            ("SELECT a FROM t WHERE b = 'unfinished", "SELECT a FROM t WHERE b = ?"),
            ("SELECT größe2 FROM tür1", "SELECT größe2 FROM tür1"),
        ],
    )
    def test_masked(self, sql: str, masked: str) -> None:
        """Strings and numbers are replaced, names stay."""
        assert mask_sql(sql, literals=True) == masked

    @pytest.mark.parametrize(
        "sql",
        [
            r"SELECT a FROM t WHERE b LIKE '1\%' ESCAPE '\' AND c = 'Bob'",
            r"SELECT a FROM t WHERE b = 'it\'s' AND c = 'Bob'",
            r"SELECT 'C:\', 'Bob'",
            r"SELECT 'Bob\\\'Bob', 'Bob'",
        ],
    )
    def test_backslash(self, sql: str) -> None:
        """Where dialects differ in what a backslash does, more is masked rather than less."""
        assert "Bob" not in mask_sql(sql, literals=True)

    def test_escaped_backslash(self) -> None:
        """Two backslashes mean the same end of the literal everywhere."""
        assert mask_sql(r"SELECT 'C:\\', a", literals=True) == "SELECT ?, a"

    @no_deadline
    @given(
        st.lists(
            st.one_of(
                st.text(string.ascii_letters + " \n;,()=-/*%", max_size=20).map(lambda text: ("'" + text + "'", text)),
                st.integers(0, 10**20).map(lambda number: (str(number), str(number))),
                st.floats(0, 1e30, allow_nan=False).map(lambda number: (repr(number), repr(number))),
            )
        )
    )
    def test_any(self, literals: list[tuple[str, str]]) -> None:
        """However many and whatever they are, one mark stands for each."""
        sql = f"SELECT {', '.join(written for written, _ in literals)} FROM t"

        assert mask_sql(sql, literals=True) == f"SELECT {', '.join('?' for _ in literals)} FROM t"


class TestAnyText:
    @pytest.mark.parametrize("sql", ORDINARY)
    def test_ordinary_statement(self, sql: str) -> None:
        """SQL without comments and credentials stays as it is."""
        assert mask_sql(sql) == sql

    @no_deadline
    @given(st.text(), st.booleans())
    @example("\\", False)
    @example("'\\", True)
    @example("password '\\", False)
    @example("$a", True)
    def test_never_raises(self, text: str, literals: bool) -> None:
        """Any text can be masked."""
        assert isinstance(mask_sql(text, literals=literals), str)

    @no_deadline
    @given(
        st.lists(
            st.one_of(
                st.sampled_from([*WORDS, *ORDINARY, "=", ",", "(", ")", "/* c */", "-- c\n", "'https://u:p@h/'"]),
                st.text(string.ascii_letters + " -/*", max_size=8).map("'{}'".format),
                st.text(string.ascii_letters + " -/*", max_size=8).map('"{}"'.format),
                st.integers(0, 1000).map(str),
            )
        ).map(" ".join),
        st.booleans(),
    )
    def test_idempotent(self, sql: str, literals: bool) -> None:
        """Masking what is masked changes nothing."""
        masked = mask_sql(sql, literals=literals)

        assert mask_sql(masked, literals=literals) == masked

    @pytest.mark.parametrize("literals", [False, True])
    @pytest.mark.parametrize(
        "text",
        [
            "'" * 200_001,
            "'" + "\\'" * 100_000 + "\\",
            "\\" * 200_000,
            "$a" * 100_000,
            "$$" * 100_001,
            "/*" * 100_000,
            "password" * 25_000,
            "password '" * 20_000 + "\\",
            "'" + "password=" * 22_000,
            "'" + "password = " * 18_000,
            "password as " * 16_000,
            "secret." * 28_000,
            "as " * 66_000,
            "identified by " * 14_000,
            "://a:b" * 33_000,
            "(" * 200_000,
        ],
        ids=lambda text: repr(text[:12]),
    )
    def test_long_text(self, text: str, literals: bool) -> None:
        """Texts of 200 kB made to be hard come to an end: quadratic work on them would take minutes."""
        assert isinstance(mask_sql(text, literals=literals), str)


class TestDoubleQuoted:
    """Text of other languages, which have strings in double quotes: rules, conditions, messages."""

    @pytest.mark.parametrize(
        ("text", "masked"),
        [
            ('ColumnValues "customer" in ["Ann", "Bob"]', "ColumnValues ? in [?, ?]"),
            ("status == \"new\" and code == 'x' and id > 3", "status == ? and code == ? and id > ?"),
            ('name == "a\\"b" and id > 3', "name == ?"),
            ('name == "a""b" and id > 3', "name == ? and id > ?"),
            ('name == "unfinished', "name == ?"),
            ('name == "unfinished\\', "name == ?"),
        ],
    )
    def test_they_are_literals(self, text: str, masked: str) -> None:
        """Where a backslash stands before the quote, nobody can tell where the string ends."""
        assert mask_sql(text, literals=True, double_quoted=True) == masked

    def test_names_of_sql_stay(self) -> None:
        """There they are no strings."""
        assert mask_sql("SELECT \"id\" FROM t WHERE c = 'x'", literals=True) == 'SELECT "id" FROM t WHERE c = ?'

    def test_literals_may_stay(self) -> None:
        """Credentials go all the same."""
        text = 'url == "https://me:V3ry@host/" and id > 3'

        assert mask_sql(text, double_quoted=True) == 'url == "https://***@host/" and id > 3'

    @no_deadline
    @given(st.text(alphabet="\"\\'a $-\n", max_size=200))
    def test_no_text_is_refused(self, text: str) -> None:
        """Whatever it is, of two strings nothing is left."""
        assert "s3cret" not in mask_sql(f'"s3cret" {text} "', literals=True, double_quoted=True)
