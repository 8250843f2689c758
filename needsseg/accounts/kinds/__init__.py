"""Kinds of account data beside accounts and subscriptions: usage that is counted or joined, users, churn, tickets, scores."""
