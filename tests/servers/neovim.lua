-- `gmlc lsp` driven by the client that is built into Neovim. Run by
--   nvim --headless --clean -u NONE -c 'luafile neovim.lua'
-- with GMLC, the path of the command, and GML_FOLDER, a folder with a main.gml and a lib.gml. Prints one line a check.

local folder = vim.env.GML_FOLDER

local function fail(message)
  io.stderr:write("FAILED " .. message .. "\n")
  vim.cmd("cquit 1")
end

local function check(name, holds, seen)
  if not holds then
    fail(name .. ": " .. vim.inspect(seen))
  end
  io.stdout:write("ok " .. name .. "\n")
end

local function run()
  vim.cmd("edit " .. folder .. "/main.gml")
  local buffer = vim.api.nvim_get_current_buf()
  local id = vim.lsp.start_client({ name = "gmlc", cmd = { vim.env.GMLC, "lsp" }, root_dir = folder })
  check("the server starts", id ~= nil, id)
  vim.lsp.buf_attach_client(buffer, id)
  local ready = vim.wait(30000, function()
    local client = vim.lsp.get_client_by_id(id)
    return client ~= nil and client.initialized
  end, 50)
  check("it begins to talk", ready, ready)

  local function text()
    return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, true), "\n")
  end
  -- Line and column, from 0, of `<|>` in a stretch of the text.
  local function place(marked)
    local plain = marked:gsub("<|>", "", 1)
    local at = text():find(plain, 1, true)
    assert(at, plain)
    local before = text():sub(1, at - 1) .. marked:sub(1, marked:find("<|>", 1, true) - 1)
    local _, line = before:gsub("\n", "")
    return { line = line, character = #before:match("[^\n]*$") }
  end
  local function ask(method, marked, more)
    local params = {
      textDocument = vim.lsp.util.make_text_document_params(buffer),
      position = marked and place(marked) or nil,
    }
    local answers, err = vim.lsp.buf_request_sync(buffer, method, vim.tbl_extend("force", params, more or {}), 30000)
    if err or not answers or not answers[id] or answers[id].err then
      fail(method .. ": " .. vim.inspect(err or answers))
    end
    return answers[id].result
  end
  local function wait_for_diagnostics(wanted)
    local seen
    local found = vim.wait(30000, function()
      seen = vim.diagnostic.get(buffer)
      return wanted(seen)
    end, 50)
    return found, seen
  end

  local hover = ask("textDocument/hover", ".pri<|>ce > least")
  check("hover of a column", hover.contents.value:find("price: float", 1, true) ~= nil, hover)
  hover = ask("textDocument/hover", "|> fil<|>ter(")
  check("hover of a step shows the schema", hover.contents.value:find("| `note` |", 1, true) ~= nil, hover)

  local found = ask("textDocument/definition", "orders: table[Or<|>der] =")
  local target = found[1].targetUri or found[1].uri
  check("definition in another file", target:match("/lib.gml$") ~= nil, found)

  local references = ask("textDocument/references", "node de<|>ar", { context = { includeDeclaration = true } })
  check("references", #references == 2, references)

  -- Typed as a user types, in the buffer; the client sends what changed.
  local row = place("|> <|>take(3)").line
  vim.api.nvim_buf_set_lines(buffer, row + 1, row + 1, true, { "        |> filter(.pric" })
  local list = ask("textDocument/completion", "filter(.pric<|>\n")
  local items = list.items or list
  local labels = {}
  for _, item in ipairs(items) do
    labels[item.label] = item.detail
  end
  check("completion of columns in a broken text", labels.price == "float" and labels.note == "str?", labels)
  local broken, seen = wait_for_diagnostics(function(all) return #all > 0 end)
  check("diagnostics of a broken text", broken, seen)

  vim.api.nvim_buf_set_lines(buffer, row + 1, row + 2, true, { "        |> filter(.pricee > 1.0)" })
  local wrong
  broken, seen = wait_for_diagnostics(function(all)
    wrong = all[1]
    return #all == 1 and wrong.code == "GML0301"
  end)
  check("a misspelt column", broken, seen)
  check("its place", wrong.lnum == row + 1 and wrong.col == 18, wrong)

  local actions = ask("textDocument/codeAction", nil, {
    range = { start = { line = row + 1, character = 19 }, ["end"] = { line = row + 1, character = 19 } },
    context = { diagnostics = {} },
  })
  check("a fix is offered", #actions > 0 and actions[1].edit ~= nil, actions)
  vim.lsp.util.apply_workspace_edit(actions[1].edit, vim.lsp.get_client_by_id(id).offset_encoding)
  local mended = text():find("filter(.price > 1.0)", 1, true) ~= nil
  check("the fix mends the text", mended, text())
  local clean
  clean, seen = wait_for_diagnostics(function(all) return #all == 0 end)
  check("and nothing is wrong any more", clean, seen)

  local edit = ask("textDocument/rename", "le<|>ast: float", { newName = "at_least" })
  vim.lsp.util.apply_workspace_edit(edit, vim.lsp.get_client_by_id(id).offset_encoding)
  local _, count = text():gsub("at_least", "")
  check("rename", count == 3, text())

  local symbols = ask("textDocument/documentSymbol")
  check("symbols", symbols[3].name == "dear", symbols)

  vim.lsp.stop_client(id)
  local gone = vim.wait(10000, function() return vim.lsp.get_client_by_id(id) == nil end, 50)
  check("the server ends", gone, gone)
  vim.cmd("qall!")
end

local done, message = xpcall(run, debug.traceback)
if not done then
  fail(message)
end
