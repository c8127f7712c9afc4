-- First halves of two people's decisions and decisions that wait for the network are looked for by kind and time. The kinds that
-- came with them are unknown to older programs, which this format keeps from reading half of the record.
CREATE INDEX records_by_kind ON records (kind, at);
