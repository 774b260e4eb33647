"""Files, folders and stages: how SQL writes them, and their URIs without credentials."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.exceptions import StatementRefusedError
from lineage_kit.sql.grammar.tree import as_list
from lineage_kit.sql.text.lexer import tokenize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lineage_kit.sql.dialects import Dialect

# Before the @ stands a container there; elsewhere a user, maybe with a password.
_CONTAINER_SCHEMES = frozenset({"abfs", "abfss", "wasb", "wasbs"})
# These know no query: a question mark without `name=value` behind it stands for any character of a file name.
_SCHEMES_WITH_PATTERNS = frozenset({"dbfs", "file", "gcs", "gs", "hdfs", "s3", "s3a", "s3n", "viewfs"})
_USER = re.compile(r"[^/@]*:(?!\d*(?:/|\Z)).*@|[^/]*@", re.DOTALL)
_SIGNATURE = re.compile(r"\?[^/?]*=.*", re.DOTALL)
_PARAMETERS = re.compile(r"[?;&\s][^/?;&\s]*=.*", re.DOTALL)
_QUERY = re.compile(rf"[?#].*|{_PARAMETERS.pattern}", re.DOTALL)
# What stands before :// of a URI, of which a template may give a part.
_SCHEME = re.compile(r"(?:\{\{[^{}]*\}\}|\{(?!\{)|[^\s{=;'\"])*")
# A name=value pair of a connection string or of options in JSON that gives access; d=1/ of a folder is none.
_CREDENTIAL = re.compile(
    r"(?<![\w./\\-])(?:[\w.-]{0,64}(?:account|credential|key|passphrase|passw|pwd|secret|signature|token|user)"
    r"[\w.-]{0,64}|sig)[\"']?\s{0,9}[=:]",
    re.IGNORECASE,
)

# Spark names files in the place of a table by their format: parquet.`/path`.
_SPARK_FORMATS = frozenset({"avro", "binaryfile", "csv", "delta", "iceberg", "json", "orc", "parquet", "text", "xml"})
_FILE_NAME = re.compile(r"[/*]|\.(?:arrow|csv|jsonl?|ndjson|parquet|tsv|txt|xlsx)(?:\.\w+)?\Z", re.IGNORECASE)

# Table functions that read files, and which argument names them. Some names are those of scalar functions in other
# databases; these never stand in FROM.
_READING_FUNCTIONS = dict.fromkeys(
    [
        # DuckDB
        *("delta_scan", "iceberg_scan", "parquet_scan", "read_blob", "read_csv", "read_csv_auto", "read_json"),
        *("read_json_auto", "read_json_objects", "read_json_objects_auto", "read_ndjson", "read_ndjson_auto"),
        *("read_ndjson_objects", "read_parquet", "read_text", "read_xlsx", "st_read"),
        # Databricks, Snowflake, StarRocks, Doris
        *("cloud_files", "read_files", "infer_schema", "files", "local"),
        # ClickHouse
        *("deltalake", "file", "gcs", "hdfs", "hudi", "iceberg", "icebergs3", "s3", "s3queue", "url"),
        *("deltalakeazure", "deltalakes3", "icebergazure", "iceberghdfs", "iceberglocal"),
        *("azureblobstorage", "azurequeue", "cosn", "deltalakelocal", "oss"),
    ],
    0,
) | dict.fromkeys(
    [
        *("azureblobstoragecluster", "deltalakecluster", "filecluster", "hdfscluster", "icebergazurecluster"),
        *("icebergs3cluster", "s3cluster", "urlcluster"),
    ],
    1,
)
_AZURE_PARTS = 3
# What names its files behind LOCATION in the place of a table: Teradata (also without a function), Oracle.
_ROWSETS = frozenset({"EXTERNAL", "READ_NOS"})
_BEFORE_ROWSETS = frozenset({",", "FROM", "JOIN"})
# Of these, no path goes without a slash: what has none is another argument that took its place.
_REMOTE = re.compile(r"(?:azure|cosn|deltalake(?!local)|files|gcs|hdfs|hudi|iceberg(?!local|_scan)|oss|s3|url)")
_PATH_ARGUMENTS = frozenset({"file_path", "files", "location", "path", "prefixes", "uri", "uris", "url"})
# Druid: under which keys the input sources of EXTERN name files, and the schemes of the stores that it exports to.
_SOURCE_KEYS = ("uris", "prefixes", "paths", "files", "baseDir")
_EXPORT_SCHEMES = {"google": "gs", "s3": "s3"}


def without_secrets(uri: str) -> str:
    """Return a URI without user information and query, where credentials stand; a plain path stays as it is.

    Raises:
        StatementRefusedError: It is neither, but a connection string, options or a command.
    """
    scheme, mark, rest = uri.partition("://")
    path = uri if mark else _SIGNATURE.sub("", uri)
    if not _SCHEME.fullmatch(scheme) if mark else holds_credentials(path):
        msg = "something else stands in the place of a path"
        raise StatementRefusedError(msg)
    if not mark:
        return path
    user = _USER.match(rest)
    if user and (scheme.lower() not in _CONTAINER_SCHEMES or ":" in user[0]):
        rest = rest[user.end() :]
    parameters = _PARAMETERS if scheme.lower() in _SCHEMES_WITH_PATTERNS else _QUERY
    return f"{scheme}{mark}{parameters.sub('', rest)}"


def holds_credentials(text: str) -> bool:
    """Tell whether a text has a name=value pair that gives access, as connection strings have."""
    return _CREDENTIAL.search(text) is not None


def table_path(node: Any, dialect: Dialect) -> str | None:
    """Return the path that a table expression has in the place of a name; None if it has a name."""
    this = node.this
    if isinstance(this, exp.Var) or (isinstance(this, exp.Literal) and this.is_string):
        # A stage of Snowflake, or a file in quotes.
        return stage(this.name)
    if not isinstance(this, exp.Identifier):
        return None
    name: str = this.name
    if "://" in name:
        return name
    if not this.args.get("quoted"):
        return None
    if node.db:
        is_path = "/" in name and (node.db.lower() in _SPARK_FORMATS or dialect.name == "drill")
    else:
        is_path = dialect.name == "duckdb" and _FILE_NAME.search(name) is not None
    return name if is_path else None


def stage(text: str) -> str:
    """Return the path of a stage as the SQL has it, without the quotes around its names: @db.schema.stage/path."""
    return text.replace('"', "") if text.startswith("@") else text


def function_paths(node: Any) -> list[str] | None:
    """Return the paths that a table function reads or writes; None if it is none that does.

    The list is empty where an expression gives the path.
    """
    if type(node).__name__ == "DirectoryStage":  # an ordinary function in the oldest releases of the parser
        return [stage(node.name)]
    if isinstance(node, exp.Anonymous) and node.name.lower() == "directory":
        return [f"@{argument.name}" for argument in node.expressions]
    if not isinstance(node, exp.Func):
        return None
    anonymous = isinstance(node, exp.Anonymous)
    name = (node.name if anonymous else node.sql_name()).lower()
    at = _READING_FUNCTIONS.get(name)
    if at is None:
        return _extern_paths(node.expressions[0]) if name == "extern" and node.expressions else None
    arguments = node.expressions if anonymous else [*as_list(node.this), *node.expressions]
    named = [argument for argument in arguments if _argument_name(argument) in _PATH_ARGUMENTS]
    path = named[0].expression if named else arguments[at] if at < len(arguments) else None
    if "azure" in name:
        return _azure_paths([text for argument in arguments[at : at + 3] for text in _strings(argument)])
    return [text for text in _strings(path) if "/" in text or not _REMOTE.match(name)]


def _extern_paths(source: Any) -> list[str] | None:
    """Return what EXTERN of Druid reads, which a JSON text tells, or where it writes, as in S3(bucket => 'b').

    None where there are no files, such as for data that stands in the text itself.
    """
    if isinstance(source, exp.Anonymous):
        names = {_argument_name(argument): argument.expression.name for argument in source.expressions}
        scheme = _EXPORT_SCHEMES.get(source.name.lower())
        in_bucket = f"{scheme}://{names.get('bucket')}/{names.get('prefix', '')}"
        return [in_bucket if scheme else names.get("exportpath", "")]
    text = source.expression if _argument_name(source) == "inputsource" else source
    try:
        found = json.loads(text.name)
    except ValueError:
        return []
    paths = [found[key] for key in _SOURCE_KEYS if key in found] if isinstance(found, dict) else []
    return [path for entry in paths for path in (entry if isinstance(entry, list) else [entry]) if path] or None


def _azure_paths(texts: list[str]) -> list[str]:
    """Return the path that ClickHouse puts together: a connection string or the URL of an account, container, path."""
    if len(texts) != _AZURE_PARTS:
        return []
    account, container, path = texts
    if "://" not in account or ";" in account:
        settings = dict(setting.split("=", 1) for setting in account.split(";") if "=" in setting)
        host = f"{settings.get('AccountName')}.blob.{settings.get('EndpointSuffix', 'core.windows.net')}"
        account = settings.get("BlobEndpoint") or f"https://{host}"
        if "BlobEndpoint" not in settings and "AccountName" not in settings:
            return []
    return [f"{account.rstrip('/')}/{container.strip('/')}/{path.lstrip('/')}"]


def _argument_name(node: Any) -> str:
    """Return the name of an argument like path => 'x' or "path" = "x"; empty for one by position."""
    named = isinstance(node, (exp.Kwarg, exp.EQ, exp.PropertyEQ))
    return node.this.name.lower() if named else ""


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, (exp.National, exp.RawString)) or (isinstance(node, exp.Literal) and node.is_string):
        yield stage(node.name)
    elif isinstance(node, (exp.Array, exp.Tuple, exp.Paren)):
        for entry in node.expressions or as_list(node.this):
            yield from _strings(entry)


def storage_paths(properties: Sequence[Any], dialect: Dialect, *, existing: bool) -> list[str]:
    """Return where the properties of a CREATE TABLE keep its data.

    Args:
        properties: The properties in the parser's tree.
        dialect: Trino's `location` is that of a new, empty table; for files that are there it has `external_location`.
        existing: Only files that may be there already, which the table then shows. A new Iceberg table is empty.
    """
    if existing and any(_says_iceberg(entry) for entry in properties):
        return []
    paths: list[str] = []
    only_new = dialect.name in {"presto", "trino"}
    names = {"external_location", "path"} if existing else {"external_location", "location", "path"}
    for entry in properties:
        if isinstance(entry, exp.LocationProperty) and not (existing and only_new):
            paths += _strings(entry.this)
        elif isinstance(entry, exp.EngineProperty):
            paths += function_paths(entry.this) or []
        elif type(entry).__name__ == "OptionsProperty":  # missing in the oldest releases of the parser
            paths += storage_paths(entry.expressions, dialect, existing=existing)
        elif type(entry) is exp.Property and entry.name.lower() in names:
            paths += _strings(entry.args.get("value"))
    return paths


def _says_iceberg(entry: Any) -> bool:
    value = entry.args.get("value") or entry.this
    return isinstance(entry, (exp.FileFormatProperty, exp.Property)) and (
        getattr(value, "name", "").lower() == "iceberg"
    )


def with_plain_rowsets(text: str, dialect: Dialect) -> str:
    """Return a query with the files in its FROM as plain function calls: what tells how to read them is left out.

    In Transact-SQL it is OPENROWSET(BULK ...) WITH (columns); Teradata and Oracle name LOCATION among other options.
    """
    tokens = tokenize(text, dialect)
    edits: list[tuple[int, int, str]] = []
    for index, token in enumerate(tokens):
        if _is_rowset(tokens, index):
            end = _closing(tokens, index + (token.text != "("))
            edits.append((token.start, tokens[end].end, f"READ_FILES({_behind_location(tokens[index:end])})"))
            continue
        following = tokens[index + 1 : index + 3]
        if token.word != "OPENROWSET" or [part.text.upper() for part in following] != ["(", "BULK"]:
            continue
        edits.append((token.start, token.end, "READ_FILES"))
        edits.append((following[1].start, following[1].end, ""))
        behind = _closing(tokens, index + 1) + 1
        if [part.text.upper() for part in tokens[behind : behind + 2]] == ["WITH", "("]:
            edits.append((tokens[behind].start, tokens[_closing(tokens, behind + 1)].end, ""))
    for start, end, new in reversed(edits):
        text = text[:start] + new.ljust(end - start) + text[end:]
    return text


def _is_rowset(tokens: Sequence[Any], at: int) -> bool:
    """Tell whether options of which LOCATION is one stand in the place of a table."""
    if not at or tokens[at - 1].word not in _BEFORE_ROWSETS:
        return False
    signs = [token.text.upper() for token in tokens[at : at + 3]]
    return signs == ["(", "LOCATION", "="] or (signs[0] in _ROWSETS and signs[1:2] == ["("])


def _behind_location(tokens: Sequence[Any]) -> str:
    """Return the first string behind LOCATION; empty if there is none."""
    words = [token.word for token in tokens]
    behind = tokens[words.index("LOCATION") + 1 :][:2] if "LOCATION" in words else []
    return next((token.text for token in behind if token.kind == "string"), "")


def _closing(tokens: Sequence[Any], opening: int) -> int:
    """Return the index of the parenthesis that closes the one at an index; of the last token if none does."""
    depth = 0
    for index in range(opening, len(tokens)):
        depth += (tokens[index].text == "(") - (tokens[index].text == ")")
        if depth == 0:
            return index
    return len(tokens) - 1
