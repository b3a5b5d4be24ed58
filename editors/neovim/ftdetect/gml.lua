vim.filetype.add({ extension = { gml = "gml" } })
