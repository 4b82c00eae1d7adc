# %% start markdown
<script>alert(1)</script> <a href="javascript:alert(2)">your feedback</a> <iframe src="/formgrader"></iframe>
