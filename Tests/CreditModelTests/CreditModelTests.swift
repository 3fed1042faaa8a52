import Testing

@Suite("CreditModel")
struct CreditModelTests {}
