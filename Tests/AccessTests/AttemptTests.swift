import Access
import CreditModel
import Foundation
import Signing
import Testing

@Suite("Attempts are counted by who makes them, in a table that does not grow")
struct AttemptTests {
    @Test("So many in a minute, for each name; then it is told when to come again")
    func limit() {
        let limiter = AttemptLimiter(limit: 10)
        for _ in 0..<10 { #expect(limiter.admit("a", at: Office.noon) == 0) }
        #expect(limiter.admit("a", at: Office.noon + 20_000) == 40)
        #expect(limiter.admit("b", at: Office.noon + 20_000) == 0)
        // What was tried in the minute before still counts for the part of it that the window holds.
        let half = (0..<20).count { _ in limiter.admit("a", at: Office.noon + 90_000) == 0 }
        #expect(half == 5)
        #expect(limiter.admit("a", at: Office.noon + 240_000) == 0)
    }

    @Test("In no window are there more than twice as many, wherever it begins; refused ones are not counted")
    func windows() {
        let limiter = AttemptLimiter(limit: 20, perSeconds: 10)
        var admitted: [Int64] = []
        for tick in 0..<2000 as Range<Int64> where limiter.admit("a", at: Office.noon + tick * 50) == 0 {
            admitted.append(tick * 50)
        }
        for start in admitted { #expect(admitted.count { start..<start + 10_000 ~= $0 } <= 30) }
        #expect(admitted.count >= 150)
    }

    @Test("A hundred thousand names leave it as it is: others are hardly slowed, and nobody is counted too low")
    func names() {
        let limiter = AttemptLimiter(limit: 5)
        for number in 0..<2000 { _ = limiter.admit(number, at: Office.noon) }
        let others = (10_000..<10_200).count { limiter.admit($0, at: Office.noon) == 0 }
        #expect(others == 200)
        for number in 0..<100_000 { _ = limiter.admit(number, at: Office.noon) }
        for name in 200_000..<200_020 {
            #expect((0..<20).count { _ in limiter.admit(name, at: Office.noon) == 0 } <= 5)
        }
    }

    @Test("Tokens are so many a minute for a client, once it is known whose they are: nobody uses up another's")
    func tokens() throws {
        let office = try Office()
        let client = try office.client("平台")
        let secret = try office.credential(.secret, of: client).text
        let limiter = AttemptLimiter(limit: 3)
        func request(_ secret: String) throws -> TokenRequest {
            let body = "grant_type=client_credentials&client_id=\(client)&client_secret=\(secret)"
            return TokenRequest(try #require(FormParameters(parsing: Array(body.utf8))))
        }
        for _ in 0..<50 {
            #expect(throws: OAuthError.self) {
                try office.service.issue(request(secret + "0"), at: Office.noon, within: limiter)
            }
        }
        for _ in 0..<3 { _ = try office.service.issue(request(secret), at: Office.noon, within: limiter) }
        #expect(throws: TooManyTokens(retryAfter: 60)) {
            try office.service.issue(request(secret), at: Office.noon, within: limiter)
        }
        _ = try office.service.issue(request(secret), at: Office.noon + 120_000, within: limiter)
    }
}
