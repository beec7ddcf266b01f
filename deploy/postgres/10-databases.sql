-- Run once by the image of PostgreSQL, in an empty data folder: two databases, and who may do what in them.
-- Only migrator may make or change tables; a role that serves may read and write rows, of its own database.
-- UPDATE on a sequence is what a restore needs to move the dossiernummers on.
\set ON_ERROR_STOP on
\set migrator_password `cat "$SECRETS_FOLDER/migrator"`
\set gateway_password `cat "$SECRETS_FOLDER/gateway"`
\set kindkans_password `cat "$SECRETS_FOLDER/kindkans"`

CREATE ROLE migrator LOGIN PASSWORD :'migrator_password';
CREATE ROLE gateway LOGIN PASSWORD :'gateway_password' CONNECTION LIMIT 120;
CREATE ROLE kindkans LOGIN PASSWORD :'kindkans_password' CONNECTION LIMIT 60;

CREATE DATABASE kindkans_gateway OWNER migrator ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;
CREATE DATABASE kindkans_store OWNER migrator ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;
REVOKE ALL ON DATABASE kindkans_gateway, kindkans_store FROM PUBLIC;
GRANT CONNECT ON DATABASE kindkans_gateway TO gateway;
GRANT CONNECT ON DATABASE kindkans_store TO kindkans;

\connect kindkans_gateway
GRANT USAGE ON SCHEMA public TO gateway;
ALTER DEFAULT PRIVILEGES FOR ROLE migrator GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO gateway;
ALTER DEFAULT PRIVILEGES FOR ROLE migrator GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO gateway;

\connect kindkans_store
GRANT USAGE ON SCHEMA public TO kindkans;
ALTER DEFAULT PRIVILEGES FOR ROLE migrator GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO kindkans;
ALTER DEFAULT PRIVILEGES FOR ROLE migrator GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO kindkans;
