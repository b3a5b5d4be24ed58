vim.api.nvim_create_user_command("GmlInstallParser", function()
  local target = require("gml").install_parser()
  vim.notify("GML: the parser is " .. target .. "; open the file again to see its colours")
end, { desc = "Compile the grammar of GML for tree-sitter" })
