-- at: status
ALTER TYPE status ADD VALUE 'sent';
