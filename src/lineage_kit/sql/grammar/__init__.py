"""The grammars of the dialects: one statement's text to a tree, with what they misread or lack set right before."""
