-- Not `vim.filetype.add`, which Neovim 0.7 asks only where it was told to.
vim.api.nvim_create_autocmd({ "BufRead", "BufNewFile" }, {
  group = "filetypedetect",
  pattern = "*.gml",
  callback = function()
    vim.bo.filetype = "gml"
  end,
})
