--- GML in Neovim: the language server, colours from the tree-sitter grammar, and formatting.
---
--- Works from Neovim 0.7 on; where a newer one has a better way to do something, that way is taken.

local M = {}

M.options = {
  --- The server. `gmlc` must be on the PATH, or this says where it is.
  cmd = { "gmlc", "lsp" },
  --- Whether a file is formatted when it is written.
  format_on_save = true,
  --- Colours from the grammar, where its parser is installed (`:GmlInstallParser`).
  highlight = true,
  --- Called with the client and the buffer when the server was attached: the place for key mappings.
  on_attach = nil,
  --- What the editor can do, as completion plugins give it.
  capabilities = nil,
}

--- Sets options; those that are not named stay as they are. Needed only where the defaults do not fit.
function M.setup(options)
  M.options = vim.tbl_extend("force", M.options, options or {})
end

--- The folder of the program that a file belongs to: the nearest above with a `main.gml` or a `gml.toml`.
local function root_of(file)
  local folder = vim.fn.fnamemodify(file, ":p:h")
  local at = folder
  while true do
    for _, marker in ipairs({ "main.gml", "gml.toml" }) do
      if vim.fn.filereadable(at .. "/" .. marker) == 1 then
        return at
      end
    end
    local above = vim.fn.fnamemodify(at, ":h")
    if above == at then
      return folder
    end
    at = above
  end
end

local function clients_of(buffer)
  local found = {}
  if vim.lsp.get_clients then
    found = vim.lsp.get_clients({ bufnr = buffer, name = "gmlc" })
  else
    for _, client in pairs(vim.lsp.buf_get_clients(buffer)) do
      if client.name == "gmlc" then
        table.insert(found, client)
      end
    end
  end
  return found
end

--- Whether the server writes this buffer anew. Waits for its answer, so that what is saved is what was formatted.
function M.format(buffer)
  buffer = buffer or vim.api.nvim_get_current_buf()
  for _, client in ipairs(clients_of(buffer)) do
    local params = {
      textDocument = vim.lsp.util.make_text_document_params(buffer),
      options = { tabSize = vim.bo[buffer].shiftwidth, insertSpaces = true },
    }
    local answers, failure = vim.lsp.buf_request_sync(buffer, "textDocument/formatting", params, 5000)
    local answer = answers and answers[client.id]
    if failure or not answer or answer.error or answer.err then
      local reason = failure or vim.inspect(answer and (answer.error or answer.err) or "no answer within 5 s")
      vim.notify("gmlc cannot format this file: " .. reason, vim.log.levels.ERROR)
      return false
    end
    vim.lsp.util.apply_text_edits(answer.result or {}, buffer, client.offset_encoding)
    return true
  end
  return false
end

local function prepare(client, buffer)
  if vim.fn.exists(":GmlFormat") == 0 then
    vim.api.nvim_create_user_command("GmlFormat", function()
      if not M.format() then
        vim.notify("gmlc does not serve this buffer: nothing was formatted", vim.log.levels.WARN)
      end
    end, { desc = "Format the program in this buffer as `gmlc fmt` does" })
  end
  if M.options.format_on_save then
    local group = vim.api.nvim_create_augroup("gml_format_" .. buffer, { clear = true })
    vim.api.nvim_create_autocmd("BufWritePre", {
      group = group,
      buffer = buffer,
      callback = function()
        M.format(buffer)
      end,
    })
  end
  if M.options.on_attach then
    M.options.on_attach(client, buffer)
  end
end

local running = {}

local function start_server(buffer)
  local file = vim.api.nvim_buf_get_name(buffer)
  local config = {
    name = "gmlc",
    cmd = M.options.cmd,
    root_dir = root_of(file ~= "" and file or (vim.fn.getcwd() .. "/main.gml")),
    capabilities = M.options.capabilities,
    on_attach = prepare,
  }
  if vim.fn.executable(config.cmd[1]) == 0 then
    local message = "GML: `%s` cannot be run, so there is no language server. Put gmlc on the PATH, or say where it is: "
      .. "require('gml').setup({ cmd = { '/path/to/gmlc', 'lsp' } })"
    vim.notify(message:format(config.cmd[1]), vim.log.levels.WARN)
    return
  end
  if vim.lsp.start then
    vim.lsp.start(config, { bufnr = buffer })
    return
  end
  local id = running[config.root_dir]
  if not id or not vim.lsp.get_client_by_id(id) then
    id = vim.lsp.start_client(config)
    running[config.root_dir] = id
  end
  if id then
    vim.lsp.buf_attach_client(buffer, id)
  end
end

local function has_parser()
  return #vim.api.nvim_get_runtime_file("parser/gml.*", false) > 0
end

local function start_colours(buffer)
  if not has_parser() then
    return
  end
  if vim.treesitter.start then
    vim.treesitter.start(buffer, "gml")
    return
  end
  local source = table.concat(
    vim.fn.readfile(vim.api.nvim_get_runtime_file("queries/gml/highlights.scm", false)[1]),
    "\n"
  )
  local parser = vim.treesitter.get_parser(buffer, "gml")
  vim.treesitter.highlighter.new(parser, { queries = { gml = source } })
end

--- Starts everything for a buffer. The file type does so by itself.
function M.attach(buffer)
  if M.options.highlight then
    start_colours(buffer)
  end
  start_server(buffer)
end

--- Compiles the grammar that stands beside this folder and puts it where Neovim looks for parsers. `target`: where to,
--- where not `site/parser/gml.so` in the folder of Neovim's data.
function M.install_parser(target)
  local here = vim.fn.fnamemodify(debug.getinfo(1, "S").source:sub(2), ":p:h:h:h")
  local grammar = vim.fn.fnamemodify(here, ":h:h") .. "/grammar/tree-sitter-gml/src"
  if vim.fn.filereadable(grammar .. "/parser.c") == 0 then
    error("GML: there is no grammar in " .. grammar .. ": keep editors/neovim within a checkout of the repository")
  end
  target = target or (vim.fn.stdpath("data") .. "/site/parser/gml.so")
  vim.fn.mkdir(vim.fn.fnamemodify(target, ":h"), "p")
  local compiler = vim.env.CC or "cc"
  if vim.fn.executable(compiler) == 0 then
    error("GML: the parser is C, and there is no compiler `" .. compiler .. "` (set $CC)")
  end
  -- Beside the target first: a parser that is in use must not be written over.
  local fresh = target .. ".new"
  local command = { compiler, "-shared", "-fPIC", "-O2", "-std=c11", "-I", grammar, "-o", fresh }
  vim.list_extend(command, { grammar .. "/parser.c", grammar .. "/scanner.c" })
  local said = vim.fn.system(command)
  if vim.v.shell_error ~= 0 then
    error("GML: the parser does not compile:\n" .. said)
  end
  assert(vim.loop.fs_rename(fresh, target))
  -- Neovim looked for its folders when it started, and this one may be new.
  vim.o.runtimepath = vim.o.runtimepath
  return target
end

return M
