internal import CreditModel

/// A request as the dialects see it.
struct AgencyCall: Sendable {
    var method: String
    /// Below the agency's base, without the query.
    var path: [String]
    var query: [String: String]
    /// Names in lower case.
    var headers: [String: String]
    var body: [UInt8]
    /// Path and query as they were asked for.
    var target = ""

    /// Digits only.
    func number(_ name: String, default other: Int64) -> Int64? {
        guard let text = query[name], !text.isEmpty else { return other }
        return text.utf8.allSatisfy { 0x30...0x39 ~= $0 } ? Int64(text) : nil
    }
}

/// What goes back, before faults.
struct AgencyAnswer: Sendable {
    enum Body: Sendable {
        case bytes([UInt8])
        /// A part of a file on disk.
        case file(String, Range<Int64>)
    }

    var status = 200
    var headers: [(name: String, value: String)] = []
    var body: Body
    /// How the connection breaks, if it does.
    var breaking: Breaking?
    /// Seconds that pass before the body.
    var delay = 0
    /// How the body comes, if not at once.
    var pace = Pace.atOnce

    enum Breaking: Sendable, Hashable {
        /// Reset before the head.
        case refused
        /// Closed amid the head.
        case inHead
        /// Closed after so many bytes of the body.
        case closed(Int)
        /// Reset after so many bytes of the body.
        case reset(Int)

        /// Bytes of the body that come.
        var count: Int {
            switch self {
            case .refused, .inHead: 0
            case .closed(let count), .reset(let count): count
            }
        }
    }

    enum Pace: Sendable, Hashable {
        case atOnce
        case byteASecond
        /// The body comes whole, and then blanks without end.
        case endless
        /// Nothing for some seconds, once so many bytes have come.
        case stall(Int, seconds: Int)
    }

    static func xml(_ bytes: [UInt8], charset: String?) -> AgencyAnswer {
        let type = charset.map { "application/xml; charset=" + $0 } ?? "application/xml"
        return AgencyAnswer(headers: [("Content-Type", type)], body: .bytes(bytes))
    }

    static func html(_ status: Int, _ title: String, headers: [(name: String, value: String)] = []) -> AgencyAnswer {
        let page =
            "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>\(title)</title></head><body><h1>\(title)</h1></body></html>\n"
        return AgencyAnswer(
            status: status,
            headers: [("Content-Type", "text/html; charset=utf-8")] + headers,
            body: .bytes(Array(page.utf8))
        )
    }
}

/// Bad days on the wire that come by themselves: shares of requests, drawn from the seed.
package struct WireRates: Sendable, Hashable {
    /// UTF-8 answers that begin with a byte order mark.
    package var byteOrderMark: Double
    /// Answers whose `Content-Type` names another encoding, or none.
    package var wrongCharset: Double
    /// 红盾's pages that are shorter than they could be; a third of them empty with `MORE="1"`.
    package var shortPage: Double
    /// Amounts that 地税 writes with thousands separators are the population's.
    package static let standard = WireRates(byteOrderMark: 0.03, wrongCharset: 0.05, shortPage: 0.03)
    /// Every day is good.
    package static let none = WireRates(byteOrderMark: 0, wrongCharset: 0, shortPage: 0)

    /// Every name that can be set.
    package static let names = ["byteOrderMark", "shortPage", "wrongCharset"]

    /// Sets one of them by its name.
    package mutating func set(_ name: String, _ rate: Double) throws(DirtRatesError) {
        guard 0...1 ~= rate else { throw .notAShare(name) }
        switch name {
        case "byteOrderMark": byteOrderMark = rate
        case "shortPage": shortPage = rate
        case "wrongCharset": wrongCharset = rate
        default: throw .unknownName(name)
        }
    }

    package init(byteOrderMark: Double, wrongCharset: Double, shortPage: Double) {
        self.byteOrderMark = byteOrderMark
        self.wrongCharset = wrongCharset
        self.shortPage = shortPage
    }
}

/// What the simulated agencies let in.
package struct AgencyCredentials: Sendable, Hashable {
    package var token: String
    package var user: String
    package var password: String

    package init(token: String, user: String, password: String) {
        self.token = token
        self.user = user
        self.password = password
    }

    /// What `suixin-agencies` takes unless told otherwise.
    ///
    /// No secret: it guards invented data.
    package static let simulation = AgencyCredentials(
        token: "suixin-token",
        user: "suixin",
        password: "suixin-password"
    )
}
