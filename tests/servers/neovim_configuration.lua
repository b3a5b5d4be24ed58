-- `editors/neovim` as a user loads it: from an init.lua in the folder of their configuration. Run by
--   nvim --headless -c 'luafile neovim_configuration.lua'
-- with XDG_CONFIG_HOME set to where that is, and GML_MAIN, the main.gml of a project. Prints one line a check.

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
  vim.cmd("GmlInstallParser")
  local parser = vim.fn.stdpath("data") .. "/site/parser/gml.so"
  check("the parser is compiled", vim.fn.filereadable(parser) == 1, parser)

  vim.cmd("edit " .. vim.env.GML_MAIN)
  local buffer = vim.api.nvim_get_current_buf()
  check("the file type", vim.bo.filetype == "gml", vim.bo.filetype)
  check("its comments", vim.bo.commentstring == "# %s", vim.bo.commentstring)
  check("its indentation", vim.bo.shiftwidth == 4 and vim.bo.expandtab, vim.bo.shiftwidth)

  local clients = vim.lsp.get_clients or vim.lsp.get_active_clients
  local client
  local attached = vim.wait(30000, function()
    client = clients()[1]
    return client ~= nil and client.initialized and vim.lsp.buf_is_attached(buffer, client.id)
  end, 50)
  check("the server is attached", attached and client.name == "gmlc", client and client.name)
  local folder = vim.fn.fnamemodify(vim.env.GML_MAIN, ":h")
  check("its root is the project", client.config.root_dir == folder, client.config.root_dir)

  check("the colours are on", vim.treesitter.highlighter.active[buffer] ~= nil, vim.treesitter.highlighter.active)
  local root = vim.treesitter.get_parser(buffer, "gml"):parse()[1]:root()
  check("the whole file is read", not root:has_error() and root:child_count() > 3, root:sexpr())
  local get_query = vim.treesitter.query and vim.treesitter.query.get or vim.treesitter.get_query
  for _, name in ipairs({ "folds", "indents", "injections", "locals" }) do
    check("the query " .. name, get_query("gml", name) ~= nil, name)
  end
  local query = get_query("gml", "highlights")
  local names = {}
  for id, node in query:iter_captures(root, buffer, 0, -1) do
    local row, column, _, last = node:range()
    local line = vim.api.nvim_buf_get_lines(buffer, row, row + 1, true)[1]
    names[line:sub(column + 1, last)] = query.captures[id]
  end
  check("the colour of a keyword", names["pipeline"] == "keyword.function", names)
  check("the colour of a type", names["table"] == "type.builtin", names)
  check("the colour of an operator", names["|>"] == "operator", names)

  local function text()
    return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, true), "\n") .. "\n"
  end
  local function diagnostics(wanted)
    local seen
    return vim.wait(30000, function()
      seen = vim.diagnostic.get(buffer, { severity = vim.diagnostic.severity.ERROR })
      return wanted(seen)
    end, 50), seen
  end

  local right = text()
  local last = vim.api.nvim_buf_line_count(buffer)
  vim.api.nvim_buf_set_lines(buffer, last, last, true, { "", 'param   wrong:int = "text"' })
  local found, seen = diagnostics(function(all)
    return #all == 1
  end)
  check("a wrong program has a diagnostic", found, seen)
  check("at its place", seen[1].lnum == last + 1, seen)
  check("with its code", tostring(seen[1].code):match("^GML%d%d%d%d$") ~= nil, seen)

  vim.api.nvim_buf_set_lines(buffer, last + 1, last + 2, true, { "param   right:int  =  7" })
  found, seen = diagnostics(function(all) return #all == 0 end)
  check("a right one has none", found, seen)
  vim.cmd("GmlFormat")
  check("formatting on demand", text() == right .. "\nparam right: int = 7\n", text())

  vim.api.nvim_buf_set_lines(buffer, last, last + 2, true, { "", "param   right:int  =  8" })
  vim.cmd("write")
  local written = table.concat(vim.fn.readfile(vim.env.GML_MAIN), "\n") .. "\n"
  check("formatting on saving", written == right .. "\nparam right: int = 8\n", written)

  -- Where the server cannot be started, that is said, and what to do.
  local said = {}
  local notify = vim.notify
  vim.notify = function(message) table.insert(said, message) end
  require("gml").setup({ cmd = { "there-is-no-such-command", "lsp" } })
  vim.cmd("new other.gml")
  vim.notify = notify
  local message = table.concat(said, "\n")
  check("a missing gmlc is named", message:find("there-is-no-such-command", 1, true) and message:find("setup"), said)

  vim.lsp.stop_client(client.id)
  local gone = vim.wait(10000, function() return vim.lsp.get_client_by_id(client.id) == nil end, 50)
  check("the server ends", gone, gone)
  vim.cmd("qall!")
end

local done, message = xpcall(run, debug.traceback)
if not done then
  fail(message)
end
