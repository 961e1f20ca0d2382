"""Requests as nobody should send them, and as nobody's browser would: made by chance, by a seed.

Half of them begin as a form of a real page, filled in as it asks, of which then a few things are
bent: so they come far enough to do harm. The others are addresses with anything behind them.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from random import Random
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

TYPED = "Wombatlike thoughts"
"""In every text that is typed; no line of the log may hold it."""
PROBE = "\"'></textarea></title><tq-probe onload=alert(1)>{{ 6|add:1 }}"
"""No page may hold this element, whoever typed it."""
ELSEWHERE = "evil.example"
"""No answer may send anybody there."""
CSRF = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6"
TOKEN = "csrfmiddlewaretoken"

METHODS = ("GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "G\xc9T")
NUMBERS = (
    "0", "-1", "1", "2147483648", "9223372036854775808", "1" + "0" * 40, "1e9", "0x10", "１２", "٣",
    "1.5", "NaN", "Infinity", "-0", " 7 ", "7\n", "0007", "²", "1" * 5000, "",
)  # fmt: skip
TEXTS = (
    "", " ", "\0", "a\0b", "\ud800", "\x1b[31m", "\u202egnp", "\ufeff", "\u200b", "\x85", "\u2028",
    "é", "e\u0301", "𝒻", "\U0001f469\u200d\U0001f467", "İ", "ß", "ﷺ" * 50, "\U0010ffff", "\t", "\\",
    "null", "undefined", "None", "[]", "{}", "true", "on", "off", "%", "%s%n", "{0}", "`id`", "<b>",
    "../../../etc/passwd", "file:///etc/passwd", "C:\\", "a" * 300, "ä" * 11_000, "x" * 100_001,
    "line\r\nbreak", "\r\nBcc: a@evil.example", "=1+1", "+1", "@SUM(A1)", "' OR 1=1 --", "csv,\"un",
    PROBE, "javascript:alert(1)", "//evil.example", "https://evil.example/", "http://[", "a@b",
    "/\\evil.example", "///evil.example/", "https:evil.example", "a@b.example,c@d.example",
    "\"a b\"@c.example", "a@" + "b" * 300 + ".example", "99 99 9999", "2026-02-30", "0001-01-01",
    "9999-12-31", "31/12/2026", "first, second, lead\n, , \na@b.example", "0" * 64, "A" * 43,
)  # fmt: skip
PATHS = (
    "//", "/%ff", "/%00", "/..;/", "/.git/config", "/%2e%2e/", "/trusts", "/trusts//", "/a" * 500,
    "/static/", "/static/../trustquality/settings.py", "/static/%00", "/favicon.ico", "/robots.txt",
    "/%f0%9f%92%a9/", "/%ed%a0%80/", "/\\", "/?", "/%0d%0aX: y/", "*", "", "/accounts/../admin/",
    "/admin", "/admin/x/y/z/", "/admin/trusts/trust/1", "/invitations/x", "/.well-known/", "/%25",
)  # fmt: skip
HEADERS = {
    "HTTP_HOST": ("evil.example", "localhost:99999", "local host", "", "[::1", "localhost, x", "é"),
    "HTTP_REFERER": ("http://[", "https://evil.example/", "about:blank", "\xff", "a" * 9000),
    "HTTP_ORIGIN": ("null", "http://[", "https://evil.example", "http://localhost", ""),
    "HTTP_SEC_FETCH_SITE": ("cross-site", "same-origin", "none", "é", ""),
    "HTTP_HX_REQUEST": ("true", "false", "1"),
    "HTTP_HX_TARGET": ("rating", "\"'><b>", "é" * 300),
    "HTTP_HX_TRIGGER": ("x", "%ff", "\xff"),
    "HTTP_HX_CURRENT_URL": ("http://[", "http://localhost/%ff", "//", "https://evil.example/"),
    "HTTP_HX_CURRENT_URL_URI_AUTOENCODED": ("true",),
    "HTTP_HX_BOOSTED": ("true",),
    "HTTP_HX_HISTORY_RESTORE_REQUEST": ("true",),
    "HTTP_HX_TRIGGERING_EVENT": ("{", "null", '{"a":' * 300),
    "HTTP_HX_PROMPT": ("\xff",),
    "HTTP_X_REQUESTED_WITH": ("XMLHttpRequest",),
    "HTTP_X_CSRFTOKEN": (CSRF, "x", "\xff", ""),
    "HTTP_X_FORWARDED_FOR": ("1.2.3.4", "x", "é", "1.2.3.4, 5.6.7.8", "[::1]:99", "::1%eth0", ","),
    "HTTP_X_FORWARDED_PROTO": ("https", "gopher", ""),
    "HTTP_X_FORWARDED_HOST": ("evil.example",),
    "HTTP_ACCEPT_LANGUAGE": ("xx", "en-" * 500, ";q=1", "\xff"),
    "HTTP_ACCEPT": ("application/json", "*/*;q=x", "\xff"),
    "HTTP_ACCEPT_ENCODING": ("gzip;q=", "x"),
    "HTTP_IF_MODIFIED_SINCE": ("x", "Mon, 99 Foo 99999", "\xff"),
    "HTTP_IF_NONE_MATCH": ('"', "*", "W/", "\xff"),
    "HTTP_RANGE": ("bytes=0-1", "bytes=-", "x"),
    "HTTP_USER_AGENT": ("", "x" * 9000, "\xff", "<tq-probe>"),
    "HTTP_X_HTTP_METHOD_OVERRIDE": ("DELETE",),
    "HTTP_TRANSFER_ENCODING": ("chunked",),
    "HTTP_AUTHORIZATION": ("Basic x", "Bearer x"),
    "HTTP_COOKIE": ("a=\xff", "=;=;", "sessionid", "a=b; " * 400, "messages=x; sessionid=x"),
    "REMOTE_ADDR": ("", "::1", "x"),
}
CONTENT_TYPES = (
    "", "text/plain", "application/json", "application/xml", "multipart/form-data", ";;;=", "\xff",
    "multipart/form-data; boundary=", "multipart/form-data; boundary=" + "b" * 300,
    "application/x-www-form-urlencoded; charset=utf-16", "text/html; charset=zlib",
    "application/x-www-form-urlencoded; charset=utf-8", "multipart/form-data; boundary=\xe9",
    "multipart/mixed; boundary=b", "application/x-www-form-urlencoded; charset=",
)  # fmt: skip
LENGTHS = ("0", "-1", "x", "99999999999999999999", "5", "")
FILE_NAMES = (
    "a.xlsx",
    "../../a.xlsx",
    "",
    "\xff",
    "a" * 400 + ".xlsx",
    'a".xlsx',
    "a.exe",
    ".",
    "é.xlsx",
)
FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"
BOUNDARY = "x-boundary-x"


@dataclass(frozen=True)
class Request:
    """One request, whole; what was done to it is told by `bent`."""

    person: str
    method: str
    path: str
    query: str = ""
    body: bytes = b""
    content_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    bent: tuple[str, ...] = ()

    def __str__(self) -> str:
        shown = {"headers": self.headers, "cookies": self.cookies}
        body = repr(self.body[:2000]) + ("…" if len(self.body) > 2000 else "")
        return (
            f"{self.person}: {self.method} {self.path[:500]}"
            f"{'?' + self.query[:500] if self.query else ''}\n    {self.content_type!r} {body}\n"
            f"    { ({name: one for name, one in shown.items() if one}) }\n    bent: {self.bent}"
        )


@dataclass
class Input:
    """One control of a form; a choice has several values, of which one or some are sent."""

    name: str
    kind: str
    values: list[str]


@dataclass
class Form:
    """One form of a page, and who saw it."""

    address: str
    method: str
    enctype: str
    person: str
    inputs: dict[str, Input] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[Any, ...]:
        return (self.address, self.method, tuple(sorted(self.inputs)))


class FormReader(HTMLParser):
    """Finds the forms of a page."""

    def __init__(self, html: str, *, address: str, person: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._page, self._person = address, person
        self._form: Form | None = None
        self._area: Input | None = None
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(
                address=urljoin(self._page, said.get("action", "") or self._page),
                method=said.get("method", "get").upper(),
                enctype=said.get("enctype", FORM),
                person=self._person,
            )
            self.forms.append(self._form)
        if self._form is None:
            return
        name = said.get("name", "")
        if tag == "select":
            self._select = name
            self._take(name, "select")
        elif tag == "option" and self._select:
            self._take(self._select, "select", said.get("value", ""))
        elif tag == "textarea":
            self._area = self._take(name, "textarea")
        elif tag == "button" and name:
            self._take(name, "button", said.get("value", ""))
        elif tag == "input" and name:
            self._take(name, said.get("type", "text"), said.get("value", ""))

    def _take(self, name: str, kind: str, *values: str) -> Input:
        known = self._form.inputs.setdefault(name, Input(name, kind, []))
        known.values.extend(values)
        return known

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.values = ["".join([*self._area.values, data])]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = ""


@dataclass(frozen=True)
class Known:
    """What the generator may draw from.

    Attributes:
        people: who sends; each has a session, but the one who is signed out.
        addresses: real ones.
        foreign: keys, slugs and addresses of the other trust.
        parameters: names that pages read behind a question mark.
        forms: of real pages.
        sheets: documents that a page would take.
        password: by which the people of the trust can sign in.
    """

    people: Sequence[str]
    addresses: Sequence[str]
    foreign: Sequence[str]
    parameters: Sequence[str]
    forms: Sequence[Form]
    sheets: Sequence[bytes]
    password: str
    emails: Sequence[str]


Fields = list[tuple[str, Any]]


class Chance:
    """All that is drawn by one seed."""

    def __init__(self, seed: str, known: Known) -> None:
        self.random = Random(seed)  # noqa: S311 not for secrets
        self.known = known
        self.bends: tuple[Callable[[Fields], Fields], ...] = (
            self.dropped, self.repeated, self.added, self.odd, self.odd, self.odd, self.foreign,
            self.foreign, self.numbered, self.emptied, self.renamed, self.shuffled, self.many,
        )  # fmt: skip

    def one_in(self, number: int) -> bool:
        return self.random.randrange(number) == 0

    def text(self) -> str:
        if self.one_in(4):
            return "".join(chr(self.random.randrange(1, 0xD7FF)) for _ in range(12))
        return self.random.choice(TEXTS)

    def number(self) -> str:
        return self.random.choice(NUMBERS)

    def anything(self) -> str:
        draw = self.random.choice((self.text, self.number, self.foreign_value))
        return draw()

    def foreign_value(self) -> str:
        return self.random.choice(self.known.foreign)

    def request(self, person: str, then: Sequence[Form] = ()) -> Request:
        """The next request of somebody; `then` are the forms of the page they see."""
        if then and self.one_in(2):
            return self.of_form(self.random.choice(then), person)
        if self.one_in(2):
            form = self.random.choice(self.known.forms)
            if ("pdf" in form.address or "issue" in form.address) and not self.one_in(8):
                form = self.random.choice(self.known.forms)
            return self.of_form(form, person)
        return self.of_address(person)

    # Forms of real pages

    def of_form(self, form: Form, person: str) -> Request:
        """The form filled in as its page asks, and bent in at most three ways."""
        fields = self.filled(form)
        bent = []
        for _ in range(self.random.choice((0, 1, 1, 1, 2, 3))):
            bend = self.random.choice(self.bends)
            fields = bend(fields)
            bent.append(bend.__name__)
        made = self.sent(form, fields, person, tuple(bent))
        return self.disturbed(made) if self.one_in(3) else made

    def sent(self, form: Form, fields: Fields, person: str, bent: tuple[str, ...] = ()) -> Request:
        """The form with these fields, as a browser would send it, mostly."""
        parts = urlsplit(form.address)
        if form.method == "GET":
            query = urlencode(fields, errors="surrogatepass")
            return Request(person, "GET", parts.path, query, bent=bent)
        body, content_type = self.packed(fields, form.enctype)
        return Request(person, "POST", parts.path, parts.query, body, content_type, bent=bent)

    def filled(self, form: Form) -> Fields:
        fields: Fields = []
        buttons = [one for one in form.inputs.values() if one.kind == "button"]
        for one in form.inputs.values():
            if one.kind == "button":
                continue
            fields += [(one.name, value) for value in self.values_of(one)]
        if buttons and not self.one_in(4):
            button = self.random.choice(buttons)
            fields.append((button.name, self.random.choice(button.values)))
        return fields

    def values_of(self, one: Input) -> list[Any]:
        """What a person would put into a control."""
        if one.name == TOKEN:
            return [CSRF]
        if one.kind in ("radio", "select"):
            return [self.random.choice(one.values)] if one.values and not self.one_in(6) else []
        if one.kind == "checkbox":
            return [value for value in one.values if self.one_in(2)]
        if one.kind == "file":
            return [self.document()] if not self.one_in(4) else []
        value = one.values[-1] if one.values else ""
        if one.kind == "hidden" or (value and self.one_in(2)):
            return [value]
        return [self.typed(one)]

    def typed(self, one: Input) -> str:
        name = one.name.lower()
        if "password" in name:
            return self.known.password
        if one.kind == "email" or "email" in name or name == "login":
            return self.random.choice(
                (*self.known.emails, f"new{self.random.randrange(99)}@a.example")
            )
        if name.endswith(("day", "_0")):
            return str(self.random.randrange(1, 29))
        if name.endswith(("month", "_1")):
            return str(self.random.randrange(1, 13))
        if name.endswith(("year", "_2")):
            return str(self.random.randrange(2024, 2030))
        if name == "lines":
            return (
                f"Jo Doe, jo{self.random.randrange(99)}@a.example, trustee\nAn, an@a.example, chair"
            )
        return f"{TYPED} {self.random.randrange(99)}"

    def document(self) -> bytes:
        """A spreadsheet, or what claims to be one."""
        if self.one_in(2):
            return self.random.choice(self.known.sheets)
        whole = bytearray(self.random.choice(self.known.sheets))
        if self.one_in(2):
            for _ in range(self.random.randrange(1, 40)):
                whole[self.random.randrange(len(whole))] = self.random.randrange(256)
            return bytes(whole)
        return self.random.choice(
            (b"", b"\0", b"PK\x03\x04", bytes(whole[: len(whole) // 2]), odd_zip(), b"<html>" * 99)
        )

    # Ways to bend the fields of a form

    def dropped(self, fields: Fields) -> Fields:
        return [one for one in fields if one[0] == TOKEN or not self.one_in(3)]

    def repeated(self, fields: Fields) -> Fields:
        more = [(name, self.anything()) for name, _ in fields if self.one_in(2) and name != TOKEN]
        return [*more, *fields] if self.one_in(2) else [*fields, *more]

    def added(self, fields: Fields) -> Fields:
        names = (
            "id",
            "pk",
            "trust",
            "user",
            "role",
            "is_staff",
            "version",
            "status",
            "next",
            "then",
        )
        return [*fields, *((self.random.choice(names), self.anything()) for _ in range(4))]

    def _each(self, fields: Fields, draw: Callable[[], Any]) -> Fields:
        """One of the fields, or each, with another value; the token stays, mostly."""
        chosen = self.random.randrange(max(1, len(fields)))
        each = self.one_in(6)
        return [
            (name, draw())
            if (each or place == chosen) and (name != TOKEN or self.one_in(20))
            else (name, value)
            for place, (name, value) in enumerate(fields)
        ]

    def odd(self, fields: Fields) -> Fields:
        return self._each(fields, self.text)

    def numbered(self, fields: Fields) -> Fields:
        return self._each(fields, self.number)

    def foreign(self, fields: Fields) -> Fields:
        return self._each(fields, self.foreign_value)

    def emptied(self, fields: Fields) -> Fields:
        return self._each(fields, str)

    def renamed(self, fields: Fields) -> Fields:
        chosen = self.random.randrange(max(1, len(fields)))
        ways = (str.upper, lambda name: name + "[]", lambda name: name + "\0", lambda name: "")
        return [
            (self.random.choice(ways)(name), value)
            if place == chosen and name != TOKEN
            else (name, value)
            for place, (name, value) in enumerate(fields)
        ]

    def shuffled(self, fields: Fields) -> Fields:
        """Every value under another name."""
        names = [name for name, _ in fields if name != TOKEN]
        values = [value for name, value in fields if name != TOKEN]
        self.random.shuffle(values)
        token = [one for one in fields if one[0] == TOKEN]
        return [*token, *zip(names, values, strict=True)]

    def many(self, fields: Fields) -> Fields:
        if not self.one_in(4):
            return self.odd(fields)
        return [*fields, *((f"f{number}", "x") for number in range(1001))]

    # How fields are sent

    def packed(self, fields: Fields, enctype: str) -> tuple[bytes, str]:
        """Body and content type, mostly as the form says."""
        has_file = any(isinstance(value, bytes) for _, value in fields)
        how = PARTS if enctype == PARTS or has_file else FORM
        if self.one_in(12):
            how = self.random.choice((FORM, PARTS, "application/json", "text/plain"))
        if how == PARTS:
            body = b"".join(self.part(*one) for one in fields) + f"--{BOUNDARY}--\r\n".encode()
            if self.one_in(8):
                body = self.torn(body)
            return body, f"{PARTS}; boundary={BOUNDARY}"
        if how == "application/json":
            texts = {name: str(value) for name, value in fields}
            return json.dumps(texts).encode("utf-8", "surrogatepass"), how
        return urlencode(fields, errors="surrogatepass").encode(), how

    def part(self, name: str, value: Any) -> bytes:
        name = name.replace('"', "%22")
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'
        if isinstance(value, bytes):
            file_name = self.random.choice(FILE_NAMES) if self.one_in(3) else "people.xlsx"
            head += f'; filename="{file_name}"\r\nContent-Type: application/octet-stream'
        elif self.one_in(40):
            head += "\r\nContent-Transfer-Encoding: base64"
        data = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
        return head.encode("utf-8", "surrogatepass") + b"\r\n\r\n" + data + b"\r\n"

    def torn(self, body: bytes) -> bytes:
        at = self.random.randrange(len(body))
        ways = (
            body[:at],
            body[at:],
            body.replace(b"\r\n", b"\n"),
            body.replace(b"form-data", b"attachment"),
            body.replace(BOUNDARY.encode(), b"y", 1),
            body[:at] + bytes(self.random.randrange(256) for _ in range(9)) + body[at:],
            body.replace(b'name="', b"name*=utf-8''"),
            body + body,
        )
        return self.random.choice(ways)

    # Any address

    def of_address(self, person: str) -> Request:
        """A real address or something like one, by any method, with anything behind it."""
        address = self.random.choice(self.known.addresses)
        if "pdf" in address and not self.one_in(8):
            address = self.random.choice(self.known.addresses)
        path = self.random.choice(PATHS) if self.one_in(8) else address
        if self.one_in(3):
            path = self.bent_path(path)
        method = self.random.choice(METHODS) if self.one_in(5) else "GET"
        body, content_type = b"", ""
        if self.one_in(4):
            method = "POST"
            fields = [(TOKEN, CSRF), *((self.name(), self.anything()) for _ in range(4))]
            body, content_type = self.packed(fields, FORM)
        made = Request(person, method, path, self.query(), body, content_type)
        return self.disturbed(made) if self.one_in(2) else made

    def bent_path(self, path: str) -> str:
        """One part of an address replaced."""
        parts = path.split("/")
        place = self.random.randrange(len(parts))
        parts[place] = quote(self.anything()[:2000].encode("utf-8", "surrogatepass"), safe="")
        return "/".join(parts)

    def name(self) -> str:
        form = self.random.choice(self.known.forms)
        names = [*form.inputs, "next", "q", "page"]
        return self.random.choice(names)

    def query(self) -> str:
        if self.one_in(2):
            return ""
        if self.one_in(12):
            return self.random.choice(
                ("%", "%ff=%ff", "&&&==", "a" * 5000, "&".join("ab" * 1200), "\xff")
            )
        names = [self.random.choice(self.known.parameters) for _ in range(3)]
        return urlencode([(name, self.anything()) for name in names], errors="surrogatepass")

    def disturbed(self, made: Request) -> Request:
        """With odd headers, cookies or kinds of content."""
        headers = dict(made.headers)
        for _ in range(self.random.randrange(1, 4)):
            name = self.random.choice(tuple(HEADERS))
            headers[name] = self.random.choice(HEADERS[name])
        cookies = dict(made.cookies)
        if self.one_in(6):
            name = self.random.choice(("sessionid", "csrftoken", "messages", "known-browser"))
            cookies[name] = self.random.choice(("x", "", "\xff", "a" * 4000, "a:b:c", "\\000", '"'))
        changes: dict[str, Any] = {"headers": headers, "cookies": cookies}
        if made.method != "GET" and self.one_in(6):
            changes["content_type"] = self.random.choice(CONTENT_TYPES)
        if self.one_in(12):
            headers["CONTENT_LENGTH"] = self.random.choice(LENGTHS)
        return replace(made, **changes)


def odd_zip() -> bytes:
    """A small archive that claims to be a workbook and unpacks to much."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
        archive.writestr("xl/workbook.xml", b"\0" * 3_000_000)
    return held.getvalue()
