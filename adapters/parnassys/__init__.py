"""The ParnasSys side of the gateway: SOAP in, SOAP out, and nothing decided."""
