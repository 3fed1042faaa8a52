print("suixin-agencies")
