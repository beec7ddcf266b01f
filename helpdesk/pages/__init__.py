"""The pages, a module each with its own tuple PAGES; `helpdesk.web.routes` lists them all."""
