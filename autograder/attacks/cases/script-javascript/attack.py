# %% start
from IPython.display import Javascript

Javascript("alert(document.cookie)")
