print("suixin")
