/// One request on the wire.
package struct TransportRequest: Sendable {
    package var isPost = false
    package var url: String
    package var headers: [(name: String, value: String)] = []
    package var user: String?
    package var password: String?
    package var body: [UInt8] = []

    package init(url: String) { self.url = url }
}

/// Bounds of one exchange; times in milliseconds.
package struct TransportLimits: Sendable {
    package var connect = 10_000
    package var firstByte = 60_000
    /// Without progress; less than ``leastProgress`` bytes in that time is none, or a drip would never end.
    package var stall = 60_000
    /// From the beginning to the end of an exchange; nil for as long as it goes on.
    package var total: Int?
    /// Bytes of a body.
    package var size = 64 << 20
    package var redirects = 3
    package static let leastProgress = 1024
    package static let headers = 256 << 10

    package init() {}
}

/// The head of an answer.
package struct TransportResponse: Sendable {
    package var status = 0
    /// Names in lower case, in order.
    package var headers: [(name: String, value: String)] = []

    package init() {}

    /// The first value of a header; the name in lower case.
    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// Why an exchange failed; the message names no credentials and no query.
package struct TransportError: Error, Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// The request itself is wrong: address, header, scheme.
        case request
        /// Refused, unknown host, reset, cut, silent: worth another try.
        case unreachable
        /// The other side's certificate is not trusted.
        case untrusted
        /// Redirected elsewhere.
        case hostile
        /// More bytes than allowed.
        case limit
        /// The receiver, or the operator, wanted no more.
        case stopped
        /// No memory, no descriptors.
        case local
    }
    package var kind: Kind
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}

/// Takes the next bytes of a body, with the head they belong to; false ends the exchange.
package typealias BodyReceiver = (TransportResponse, UnsafeRawBufferPointer) -> Bool

/// Carries a request to an agency and its answer back: libcurl, or answers that a test wrote.
package protocol Carrier: AnyObject {
    /// Sends the request and hands over the body as it comes.
    func perform(
        _ request: TransportRequest,
        limits: TransportLimits,
        isStopped: @escaping () -> Bool,
        receive: @escaping BodyReceiver
    ) throws(TransportError) -> TransportResponse
}
