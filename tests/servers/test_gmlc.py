"""`gmlc lsp` driven by pytest-lsp, which also holds what it gets against the protocol and what the editor can do.

Wants GMLC, the path of the command.
"""

import asyncio
import os
import pathlib
import sys

import pytest
import pytest_lsp
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

GMLC = os.environ["GMLC"]

MAIN = """\
use lib.{Order}

catalog { orders: table[Order] = csv("o.csv"), out: table[Order] = csv("x.csv") }

node dear(orders: table[Order], least: float) -> table[Order] {
    orders
        |> filter(.price > least)
        |> take(3)
}

pipeline p {
    save dear(orders, least: 2.0) as out
}
"""

LIB = """\
## One order.
schema Order {
    id order: int,
       ## In euros.
       price: float,
       note: str?,
}
"""


@pytest_lsp.fixture(
    params=["visual-studio-code", "neovim", "emacs"],
    config=ClientServerConfig(server_command=[GMLC, "lsp"]),
)
async def client(request, lsp_client: LanguageClient, tmp_path: pathlib.Path):
    lsp_client.folder = tmp_path
    (tmp_path / "main.gml").write_text(MAIN)
    (tmp_path / "lib.gml").write_text(LIB)
    capabilities = client_capabilities(request.param)
    # What an editor does that is asked to watch files.
    lsp_client.feature(types.CLIENT_REGISTER_CAPABILITY)(lambda params: None)
    params = types.InitializeParams(capabilities=capabilities, root_uri=tmp_path.as_uri())
    lsp_client.server_can = (await lsp_client.initialize_session(params)).capabilities
    yield
    await lsp_client.shutdown_session()


class Buffer:
    """A text that the editor shows."""

    def __init__(self, client, name, text):
        self.client, self.text, self.version = client, text, 1
        self.uri = (client.folder / name).as_uri()
        self.id = types.TextDocumentIdentifier(uri=self.uri)
        item = types.TextDocumentItem(uri=self.uri, language_id="gml", version=1, text=text)
        client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))

    def position(self, marked):
        """The place of `<|>` in a stretch of the text that is there once."""
        plain = marked.replace("<|>", "")
        assert self.text.count(plain) == 1, plain
        at = self.text.index(plain) + marked.index("<|>")
        before = self.text[:at]
        line = before.count("\n")
        column = before[before.rfind("\n") + 1 :]
        utf8 = self.client.server_can.position_encoding == types.PositionEncodingKind.Utf8
        units = len(column.encode()) if utf8 else len(column.encode("utf-16-le")) // 2
        return types.Position(line=line, character=units)

    def at(self, marked):
        return {"text_document": self.id, "position": self.position(marked)}

    def type(self, marked, new):
        """Types `new` where `<|>` stands."""
        place = self.position(marked)
        self.version += 1
        range_ = types.Range(start=place, end=place)
        change = types.TextDocumentContentChangePartial(range=range_, text=new)
        identifier = types.VersionedTextDocumentIdentifier(uri=self.uri, version=self.version)
        params = types.DidChangeTextDocumentParams(text_document=identifier, content_changes=[change])
        self.client.text_document_did_change(params)
        plain = marked.replace("<|>", "")
        self.text = self.text.replace(plain, marked.replace("<|>", new))

    async def diagnostics(self):
        """What is said of the text as it is now."""
        for _ in range(600):
            if self.client.versions.get(self.uri) == self.version:
                return self.client.diagnostics.get(self.uri, [])
            await asyncio.sleep(0.05)
        raise TimeoutError(f"nothing was said of version {self.version}")


@pytest.fixture
def main(client):
    client.versions = {}
    handler = client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS]

    def told(params):
        client.diagnostics[params.uri] = params.diagnostics
        client.versions[params.uri] = params.version

    client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS] = told
    yield Buffer(client, "main.gml", MAIN)
    client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS] = handler


def value(hover):
    return hover.contents.value


@pytest.mark.asyncio
async def test_diagnostics_follow_what_is_typed(client, main):
    assert list(await main.diagnostics()) == []
    main.type(".price<|> > least", "e")
    [wrong] = await main.diagnostics()
    assert wrong.code == "GML0301" and wrong.severity == types.DiagnosticSeverity.Error
    assert wrong.code_description.href.endswith("GML0301.md")
    assert wrong.range.start == main.position("<|>.pricee > least")
    main.type("|> take(3<|>)", ")) ((")
    assert any(it.code.startswith("GML00") for it in await main.diagnostics())
    # Another file of the program, as it is in its buffer.
    lib = Buffer(client, "lib.gml", LIB)
    lib.type("price<|>: float", "e")
    assert not any(it.code == "GML0301" for it in await main.diagnostics()) or await settled(client, main)


async def settled(client, buffer):
    """Whether the diagnostics of a buffer lose an error when another buffer has mended it."""
    for _ in range(200):
        if not any(it.code == "GML0301" for it in client.diagnostics.get(buffer.uri, [])):
            return True
        await asyncio.sleep(0.05)
    return False


@pytest.mark.asyncio
async def test_hover(client, main):
    hover = await client.text_document_hover_async(types.HoverParams(**main.at("|> fil<|>ter(")))
    assert "operator filter" in value(hover) and "| `price` |" in value(hover)
    hover = await client.text_document_hover_async(types.HoverParams(**main.at(".pri<|>ce > least")))
    assert "price: float" in value(hover) and "In euros." in value(hover)
    hover = await client.text_document_hover_async(types.HoverParams(**main.at("orders: table[Or<|>der] =")))
    assert "One order." in value(hover)


@pytest.mark.asyncio
async def test_completion_in_a_text_that_is_not_whole(client, main):
    main.type("|> take(3)<|>", "\n        |> filter(.")
    found = await client.text_document_completion_async(types.CompletionParams(**main.at("filter(.<|>\n")))
    columns = {item.label: item.detail for item in found.items}
    assert columns["price"] == "float" and columns["note"] == "str?" and columns["order"] == "id int"


@pytest.mark.asyncio
async def test_definition_references_and_rename(client, main):
    found = await client.text_document_definition_async(types.DefinitionParams(**main.at(".pri<|>ce > least")))
    [place] = found
    uri = place.target_uri if isinstance(place, types.LocationLink) else place.uri
    assert uri.endswith("/lib.gml")
    library = await client.text_document_definition_async(types.DefinitionParams(**main.at("|> ta<|>ke(3)")))
    path = library[0].target_uri if isinstance(library[0], types.LocationLink) else library[0].uri
    assert "operator take" in pathlib.Path(path.removeprefix("file://")).read_text()
    context = types.ReferenceContext(include_declaration=True)
    params = types.ReferenceParams(context=context, **main.at("node de<|>ar"))
    assert len(await client.text_document_references_async(params)) == 2
    params = types.RenameParams(new_name="at_least", **main.at("least: flo<|>at").copy())
    params.position = main.position("le<|>ast: float")
    edit = await client.text_document_rename_async(params)
    edits = edit.changes or {change.text_document.uri: change.edits for change in edit.document_changes}
    assert [len(edits) for edits in edits.values()] == [3]
    with pytest.raises(JsonRpcException, match="taken"):
        params = types.RenameParams(new_name="orders", **main.at("le<|>ast: float"))
        await client.text_document_rename_async(params)


@pytest.mark.asyncio
async def test_symbols_tokens_hints_folds(client, main):
    symbols = await client.text_document_document_symbol_async(types.DocumentSymbolParams(text_document=main.id))
    assert [symbol.name for symbol in symbols] == ["orders", "out", "dear", "p"]
    found = await client.workspace_symbol_async(types.WorkspaceSymbolParams(query="ord"))
    assert {symbol.name for symbol in found} == {"Order", "orders"}
    tokens = await client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(text_document=main.id))
    assert len(tokens.data) % 5 == 0 and len(tokens.data) > 100
    main.type("|> take(3<|>)", "0")
    params = types.SemanticTokensDeltaParams(text_document=main.id, previous_result_id=tokens.result_id)
    delta = await client.text_document_semantic_tokens_full_delta_async(params)
    [edit] = delta.edits
    assert len(edit.data) == 5
    everything = types.Range(types.Position(0, 0), types.Position(99, 0))
    hints = await client.text_document_inlay_hint_async(types.InlayHintParams(text_document=main.id, range=everything))
    assert list(hints) == [], "all types of this program are written"
    folds = await client.text_document_folding_range_async(types.FoldingRangeParams(text_document=main.id))
    assert any(fold.start_line == 4 for fold in folds)
    params = types.SelectionRangeParams(text_document=main.id, positions=[main.position(".pri<|>ce > least")])
    [selection] = await client.text_document_selection_range_async(params)
    assert selection.parent.parent is not None


@pytest.mark.asyncio
async def test_actions_and_signatures(client, main):
    main.type(".price<|> > least", "e")
    diagnostics = await main.diagnostics()
    params = types.CodeActionParams(
        text_document=main.id,
        range=diagnostics[0].range,
        context=types.CodeActionContext(diagnostics=diagnostics),
    )
    actions = await client.text_document_code_action_async(params)
    assert any("price" in action.title for action in actions)
    params = types.SignatureHelpParams(**main.at("dear(orders, least: <|>2.0"))
    found = await client.text_document_signature_help_async(params)
    assert found.signatures[0].label.startswith("node dear(") and found.active_parameter == 1


@pytest.mark.asyncio
async def test_columns_of_characters_beyond_the_basic_plane(client, main):
    buffer = Buffer(client, "alone.gml", 'param a: str = "𝄞ü"\r\nparam b: str = "𝄞" + a\r\n')
    hover = await client.text_document_hover_async(types.HoverParams(**buffer.at('+ <|>a')))
    assert "param a: str" in value(hover)
    buffer.type('"𝄞" + a<|>\r\n', "x")
    [wrong, *_] = [it for it in await buffer.diagnostics() if it.severity == types.DiagnosticSeverity.Error]
    assert wrong.range.start == buffer.position('+ <|>ax')


@pytest.mark.asyncio
async def test_what_cannot_be_answered_is_refused(client, main):
    with pytest.raises(JsonRpcException):
        await client.protocol.send_request_async("gml/unknown", {})
    huge = Buffer(client, "huge.gml", "#" * (5 << 20))
    assert [it.code for it in await huge.diagnostics()] == ["GML0011"]
    hover = await client.text_document_hover_async(
        types.HoverParams(text_document=huge.id, position=types.Position(0, 12))
    )
    assert hover is None
    nothing = types.TextDocumentIdentifier(uri="file:///nowhere/at/all.gml")
    params = types.HoverParams(text_document=nothing, position=types.Position(7, 7))
    assert await client.text_document_hover_async(params) is None


@pytest.mark.asyncio
async def test_a_request_that_is_taken_back(client, main):
    # While the server is at a large text, what follows waits and can be taken back.
    large = Buffer(client, "large.gml", "".join(f"param p{i}: int = {i}\n" for i in range(20000)))
    params = types.CompletionParams(**large.at("param p19999: i<|>nt = 19999"))
    slow = client.text_document_completion_async(params)
    slow = asyncio.ensure_future(slow)
    await asyncio.sleep(0)
    ids = []
    futures = []
    for number in range(50):
        id_ = f"asked-{number}"
        params = types.HoverParams(**main.at("|> fil<|>ter("))
        futures.append(client.protocol.send_request("textDocument/hover", params, msg_id=id_))
        ids.append(id_)
    for id_ in ids:
        client.protocol.notify("$/cancelRequest", types.CancelParams(id=id_))
    results = await asyncio.gather(*(asyncio.wrap_future(future) for future in futures), return_exceptions=True)
    refused = [it for it in results if isinstance(it, JsonRpcException)]
    assert all(it.code == -32800 for it in refused)
    assert refused, "they were waiting when they were taken back"
    assert (await slow).items
    # And the server goes on.
    assert await client.text_document_hover_async(types.HoverParams(**main.at("|> fil<|>ter("))) is not None


if __name__ == "__main__":
    # This file, and what stands beside it.
    folder = str(pathlib.Path(__file__).parent)
    sys.exit(pytest.main([folder, "-q", "-W", "error::pytest_lsp.LspSpecificationWarning", "-p", "no:cacheprovider"]))
