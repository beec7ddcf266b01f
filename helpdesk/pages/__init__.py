"""The pages, a module each with its own tuple PAGES; `helpdesk.routes` lists them all."""
