"""What `gmlc lsp` answers to each kind of request, held to its content by pytest-lsp."""

import pytest
from lsprotocol import types

from test_gmlc import LIB, MAIN, Buffer, client, main  # noqa: F401 (fixtures)

EVERYTHING = types.Range(types.Position(0, 0), types.Position(999, 0))

# A program in which types are left to the compiler.
INFERRED = """\
use lib.{Order}

catalog { orders: table[Order] = csv("o.csv"), out: table { order: int, gross: float } = csv("x.csv") }

node dear(orders: table[Order]) -> table {
    let late = orders
        |> filter(.price > 2.0)
        |> derive { gross = .price * 1.2 }
    late |> select([.order, .gross])
}

pipeline p {
    let rows = dear(orders)
    let n = count(rows)
    expect n > 0
    save rows as out
}
"""


def edited(text, edits):
    """A text of ASCII with edits made in it."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    at = lambda place: min(starts[min(place.line, len(starts) - 1)] + place.character, len(text))
    for edit in sorted(edits, key=lambda edit: at(edit.range.start), reverse=True):
        text = text[: at(edit.range.start)] + edit.new_text + text[at(edit.range.end) :]
    return text


def by_file(edit):
    """The edits of each file of a workspace edit, by the file's name."""
    changes = edit.changes or {change.text_document.uri: change.edits for change in edit.document_changes}
    return {uri.rsplit("/", 1)[1]: edits for uri, edits in changes.items()}


def decoded(client, text, data):
    """Semantic tokens as words with their kinds and modifiers."""
    legend = client.server_can.semantic_tokens_provider.legend
    lines, line, column, found = text.split("\n"), 0, 0, []
    for place in range(0, len(data), 5):
        down, right, length, kind, modifiers = data[place : place + 5]
        line, column = line + down, right if down else column + right
        names = {name for bit, name in enumerate(legend.token_modifiers) if modifiers >> bit & 1}
        found.append((line, lines[line][column : column + length], legend.token_types[kind], names))
    return found


@pytest.mark.asyncio
async def test_hints_tell_what_is_inferred(client, main):
    buffer = Buffer(client, "inferred.gml", INFERRED)
    assert list(await buffer.diagnostics()) == []
    params = types.InlayHintParams(text_document=buffer.id, range=EVERYTHING)
    hints = await client.text_document_inlay_hint_async(params)
    places = {(hint.position.line, hint.position.character): hint.label for hint in hints}

    def told(marked):
        place = buffer.position(marked)
        return places[place.line, place.character]

    # The row of the result that only says `table`.
    assert told("-> table<|> {") == " { order: int, gross: float }"
    # What steps add and take.
    assert told("|> derive { gross = .price * 1.2 }<|>") == " + gross: float"
    # Types of `let`s, a table's and a scalar's.
    assert told("let n<|> = ") == ": int"
    assert told("let late<|> = ").startswith(": table { order, price, note, ") or "gross" in told("let late<|> = ")
    assert told("let rows<|> = ") == ": table { id order: int, gross: float }"
    assert all(hint.kind == types.InlayHintKind.Type for hint in hints)
    # Of a range, only those within.
    one = types.Range(buffer.position("<|>let n = "), buffer.position("let n = count(rows)<|>"))
    within = await client.text_document_inlay_hint_async(types.InlayHintParams(text_document=buffer.id, range=one))
    assert [hint.label for hint in within] == [": int"]


@pytest.mark.asyncio
async def test_renaming_changes_every_file(client, main):
    library = Buffer(client, "lib.gml", LIB)
    params = types.RenameParams(new_name="Purchase", **library.at("schema Or<|>der {"))
    edits = by_file(await client.text_document_rename_async(params))
    assert set(edits) == {"main.gml", "lib.gml"}
    assert edited(LIB, edits["lib.gml"]) == LIB.replace("schema Order {", "schema Purchase {")
    assert edited(MAIN, edits["main.gml"]) == MAIN.replace("Order", "Purchase")

    # A column, from where it is used: the schema is in the other file, and files go on to hold it under its old name.
    prepared = await client.text_document_prepare_rename_async(types.PrepareRenameParams(**main.at(".pri<|>ce > least")))
    assert "price" in str(prepared) or prepared.start == main.position(".<|>price > least")
    params = types.RenameParams(new_name="amount", **main.at(".pri<|>ce > least"))
    edits = by_file(await client.text_document_rename_async(params))
    assert edited(MAIN, edits["main.gml"]) == MAIN.replace(".price", ".amount")
    assert 'amount: float named "price"' in edited(LIB, edits["lib.gml"])


@pytest.mark.asyncio
async def test_completion_of_imports_and_arguments(client, main):
    main.type("use lib.{Order<|>}", "}\nuse std.metrics.{lo")
    found = await client.text_document_completion_async(types.CompletionParams(**main.at("metrics.{lo<|>}")))
    loss = next(item for item in found.items if item.label == "log_loss")
    assert loss.kind == types.CompletionItemKind.Function and loss.text_edit.new_text == "log_loss"

    # A name that is not imported brings its `use`.
    buffer = Buffer(client, "learning.gml", "## About.\n\npipeline p {\n    let trees = boosted\n}\n")
    found = await client.text_document_completion_async(types.CompletionParams(**buffer.at("boosted<|>\n")))
    trees = next(item for item in found.items if item.label == "boosted_trees")
    after = edited(buffer.text, [trees.text_edit, *trees.additional_text_edits])
    assert "use std.learn.{boosted_trees}\n" in after and "let trees = boosted_trees" in after

    # Arguments that a call lacks, and the names of files' entries where one is due.
    calling = Buffer(client, "calling.gml", INFERRED.replace("|> filter(.price > 2.0)", "|> join(orders, )"))
    found = await client.text_document_completion_async(types.CompletionParams(**calling.at("join(orders, <|>)")))
    labels = [item.label for item in found.items]
    assert {"on:", "how:", "expect:"} <= set(labels[:8]), labels[:12]
    given = Buffer(client, "given.gml", MAIN.replace("dear(orders, least: 2.0)", "dear(orders, )"))
    found = await client.text_document_completion_async(types.CompletionParams(**given.at("dear(orders, <|>)")))
    assert found.items[0].label == "least:" and found.items[0].detail == "float"


@pytest.mark.asyncio
async def test_all_fixes_of_a_file_at_once(client, main):
    text = 'use std.metrics.{auc}\n\ntest "a" {\n    let unused = 1\n    expect 1 < 2\n}\n'
    buffer = Buffer(client, "fixable.gml", text)
    diagnostics = await buffer.diagnostics()
    assert len(diagnostics) == 2
    kind = types.CodeActionKind.SourceFixAll
    context = types.CodeActionContext(diagnostics=[], only=[kind])
    params = types.CodeActionParams(text_document=buffer.id, range=EVERYTHING, context=context)
    [action] = await client.text_document_code_action_async(params)
    assert action.kind == kind
    edits = by_file(action.edit)
    assert set(edits) == {"fixable.gml"}
    assert edited(text, edits["fixable.gml"]) == 'test "a" {\n    expect 1 < 2\n}\n'
    # By itself each is a quick fix, which does what it says.
    context = types.CodeActionContext(diagnostics=diagnostics, only=[types.CodeActionKind.QuickFix])
    params = types.CodeActionParams(text_document=buffer.id, range=EVERYTHING, context=context)
    actions = await client.text_document_code_action_async(params)
    mended = {edited(text, by_file(action.edit)["fixable.gml"]) for action in actions}
    assert text.replace("    let unused = 1\n", "") in mended
    # Nothing to fix, nothing to do.
    params = types.CodeActionParams(
        text_document=main.id, range=EVERYTHING, context=types.CodeActionContext(diagnostics=[], only=[kind])
    )
    assert list(await client.text_document_code_action_async(params) or []) == []


@pytest.mark.asyncio
async def test_semantic_tokens_name_what_words_are(client, main):
    whole = await client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(text_document=main.id))
    tokens = decoded(client, MAIN, whole.data)
    kinds = {(word, kind) for _, word, kind, _ in tokens}
    assert {
        ("Order", "struct"),
        ("orders", "parameter"),
        ("least", "parameter"),
        ("price", "property"),
        ("filter", "function"),
        ("dear", "function"),
    } <= {(word.lstrip("."), kind) for word, kind in kinds}, sorted(kinds)
    modifiers = {(word, frozenset(names)) for _, word, _, names in tokens}
    assert any(word == "filter" and "defaultLibrary" in names for word, names in modifiers)
    assert any(word == "dear" and "declaration" in names for word, names in modifiers)
    # A range has those of the whole that stand within.
    range_ = types.Range(types.Position(5, 0), types.Position(8, 0))
    params = types.SemanticTokensRangeParams(text_document=main.id, range=range_)
    part = await client.text_document_semantic_tokens_range_async(params)
    within = decoded(client, MAIN, part.data)
    assert within == [token for token in tokens if 5 <= token[0] < 8] and 3 < len(within) < len(tokens)


@pytest.mark.asyncio
async def test_formatting_writes_what_gmlc_fmt_does(client, main):
    options = types.FormattingOptions(tab_size=4, insert_spaces=True)
    loose = 'fn  half(x:int)->float=x/2  # a half\n\n\n\ntest "half"{\n  expect half(1)==0.5\n}\n'
    buffer = Buffer(client, "loose.gml", loose)
    params = types.DocumentFormattingParams(text_document=buffer.id, options=options)
    edits = await client.text_document_formatting_async(params)
    formatted = 'fn half(x: int) -> float = x / 2  # a half\n\ntest "half" {\n    expect half(1) == 0.5\n}\n'
    assert edited(loose, edits) == formatted
    buffer = Buffer(client, "formatted.gml", formatted)
    params = types.DocumentFormattingParams(text_document=buffer.id, options=options)
    assert list(await client.text_document_formatting_async(params)) == []
    buffer = Buffer(client, "broken.gml", "fn half(x: int -> float\n")
    params = types.DocumentFormattingParams(text_document=buffer.id, options=options)
    assert await client.text_document_formatting_async(params) is None


@pytest.mark.asyncio
async def test_folds_are_those_of_the_brackets(client, main):
    text = "## One.\n## Two.\n## Three.\n" + INFERRED
    buffer = Buffer(client, "folded.gml", text)
    folds = await client.text_document_folding_range_async(types.FoldingRangeParams(text_document=buffer.id))
    found = {(fold.start_line, fold.kind) for fold in folds}
    lines = text.split("\n")
    start = lambda words: next(place for place, line in enumerate(lines) if line.startswith(words))
    assert (0, types.FoldingRangeKind.Comment) in found, found
    assert start("node dear") in {line for line, _ in found} and start("pipeline p") in {line for line, _ in found}
    ends = {fold.start_line: fold.end_line for fold in folds}
    assert lines[ends[start("node dear")] + 1] == "}", "the line with the closing bracket stays to be seen"


@pytest.mark.asyncio
async def test_signatures_follow_the_argument_at_hand(client, main):
    for marked, active in [("dear(<|>orders, least: 2.0)", 0), ("dear(orders, least: <|>2.0)", 1)]:
        found = await client.text_document_signature_help_async(types.SignatureHelpParams(**main.at(marked)))
        [signature] = found.signatures
        assert signature.label == "node dear(orders: table[Order], least: float) -> table[Order]"
        assert found.active_parameter == active
        parts = [signature.label[start:end] for start, end in (it.label for it in signature.parameters)]
        assert parts == ["orders: table[Order]", "least: float"]
    found = await client.text_document_signature_help_async(types.SignatureHelpParams(**main.at("|> take(<|>3)")))
    assert found.signatures[found.active_signature].label.startswith("operator take[")


@pytest.mark.asyncio
async def test_symbols_of_all_files_say_where_they_are(client, main):
    found = await client.workspace_symbol_async(types.WorkspaceSymbolParams(query="dear"))
    [node] = found
    assert node.location.uri == main.uri and node.location.range.start.line == 4
    assert node.kind == types.SymbolKind.Method
    found = await client.workspace_symbol_async(types.WorkspaceSymbolParams(query="Order"))
    schema = next(symbol for symbol in found if symbol.name == "Order")
    assert schema.location.uri.endswith("/lib.gml") and schema.kind == types.SymbolKind.Struct
    assert list(await client.workspace_symbol_async(types.WorkspaceSymbolParams(query="nothing of the kind"))) == []


@pytest.mark.asyncio
async def test_uses_of_the_name_at_hand_are_marked(client, main):
    found = await client.text_document_document_highlight_async(types.DocumentHighlightParams(**main.at("le<|>ast: float")))
    assert [it.range.start.line for it in sorted(found, key=lambda it: it.range.start.line)] == [4, 6, 11]
