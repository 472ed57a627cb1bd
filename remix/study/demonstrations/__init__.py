"""The paper's pictures of the method, as numbers: made-up data goes through the stages that train."""
