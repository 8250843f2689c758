"""Tables on coding: passages, codes, memos, job statements, drafts."""
