import AdapterKit
import AgencySimulator

/// What goes wrong, and how a sync ends: the whole of `agency-interfaces.md` §5 on the wire.
enum FaultTable {
    static let rows = way + answers + documents + files

    // MARK: On the way

    private static let way: [FaultRow] = [
        FaultRow(
            name: "connection refused: nobody listens",
            trouble: .nobodyListens,
            always: all(unreachable("the connection was refused"))
        ),
        passing("reset before any byte", .refuse, unreachable("the connection was reset")),
        passing("reset amid the body", .reset(150), unreachable("the connection was reset"), file: .complete),
        passing("cut off amid the head", .cutHead, unreachable("cut off")),
        passing("closed amid the body", .truncate(150), unreachable("the answer was cut off"), file: .complete),
        passing("silence before the answer", .hang(3), unreachable("in 500 ms")),
        passing("silence amid the body", .stall(150, seconds: 3), unreachable("in 500 ms")),
        passing("a byte a second", .trickle, unreachable("in 500 ms")),
        FaultRow(
            name: "a body without end",
            trouble: .fault(.endless),
            once: all(.complete),
            always: all(.failed(.limit, "larger than 262144 bytes"), file: .refusedFile("larger than"))
        ),
        passing(
            "redirected to itself",
            .redirect("itself"),
            unreachable("redirects more than 3 times")
        ),
        refused(
            "redirected to another host",
            .redirect("http://localhost:1/x"),
            .hostile,
            "redirects to another place"
        ),
        refused("redirected to a file", .redirect("file:///etc/passwd"), .hostile, "redirects to another place"),
    ]

    // MARK: In the answer

    private static let answers: [FaultRow] =
        [500, 502, 503, 429].map {
            passing("HTTP \($0)", .status($0, retryAfter: nil), unreachable("answers HTTP \($0)"))
        } + [
            passing("503, Retry-After in seconds", .status(503, retryAfter: "2"), unreachable("answers HTTP 503")),
            passing(
                "429, Retry-After as a date",
                .status(429, retryAfter: "Sun, 01 Jul 2018 00:00:00 GMT"),
                unreachable("answers HTTP 429")
            ),
            FaultRow(
                name: "HTTP 401",
                trouble: .fault(.status(401, retryAfter: nil)),
                once: all(.failed(.unauthorised, "refuses the credentials"))
            ),
            refused("HTTP 404", .status(404, retryAfter: nil), .rejected, "refuses the request (HTTP 404)"),
            FaultRow(
                name: "credentials refused in the agency's words",
                trouble: .fault(.refusedLogin),
                once: [
                    .hongdun: .failed(.unauthorised, "set sources.hongdun.token"),
                    .statetax: .failed(.unauthorised, "set sources.statetax"),
                    .localtax: .failed(.unauthorised, "refuses the credentials"),
                    .manifest: .failed(.unauthorised, "refuses the credentials"),
                    .file: .failed(.unauthorised, "refuses the credentials"),
                ]
            ),
            FaultRow(
                name: "a parameter refused in the agency's words",
                trouble: .fault(.refusedRequest),
                once: [
                    .hongdun: .failed(.rejected, "refuses a parameter"),
                    .statetax: .failed(.rejected, "the window is too wide"),
                    // An error of 地税 is a page for people, like a passing one.
                    .localtax: .complete,
                    .manifest: .failed(.rejected, "HTTP 400"),
                    .file: .refusedFile("HTTP 400"),
                ],
                always: [.localtax: .failed(.malformed, "参数错误")]
            ),
            FaultRow(
                name: "busy in the agency's words",
                trouble: .fault(.busy(1)),
                once: all(.complete),
                always: [
                    .hongdun: .failed(.busy, "红盾 is busy"), .statetax: .failed(.busy, "fewer requests"),
                    .localtax: .failed(.malformed, "系统繁忙"), .manifest: unreachable("HTTP 503"),
                    .file: unreachable("HTTP 503"),
                ]
            ),
            FaultRow(
                name: "an internal error in the agency's words",
                trouble: .fault(.internalError),
                once: all(.complete),
                always: [
                    .hongdun: .failed(.busy, "internal error"), .statetax: .failed(.busy, "internal error"),
                    .localtax: .failed(.malformed, "系统内部错误"), .manifest: unreachable("HTTP 500"),
                    .file: unreachable("HTTP 500"),
                ]
            ),
            FaultRow(
                name: "HTML in place of an answer",
                trouble: .fault(.html),
                once: all(.complete, file: .refusedFile("bytes, the manifest says")),
                always: all(.failed(.malformed, "系统维护中"), file: .refusedFile("bytes, the manifest says"))
            ),
            FaultRow(
                name: "an expired cursor",
                trouble: .fault(.expiredCursor),
                once: [.hongdun: .complete],
                always: [.hongdun: .failed(.busy, "expire faster")]
            ),
            FaultRow(
                name: "somebody else's answer (`tran_seq`)",
                trouble: .fault(.foreignSequence),
                once: [.statetax: .complete],
                always: [.statetax: .failed(.malformed, "belongs to another question")]
            ),
            FaultRow(
                name: "wrong charset in HTTP",
                trouble: .fault(.wrongCharset),
                once: all(.complete),
                always: all(.complete)
            ),
            FaultRow(
                name: "byte order mark",
                trouble: .fault(.byteOrderMark),
                once: pages(.complete),
                always: pages(.complete)
            ),
        ]
}

// MARK: Ends that many rows have

extension FaultTable {
    static func all(_ end: FaultEnd) -> [FaultLane: FaultEnd] { all(end, file: end) }

    static func all(_ end: FaultEnd, file: FaultEnd) -> [FaultLane: FaultEnd] {
        pages(end).merging([.file: file]) { $1 }
    }

    static func pages(_ end: FaultEnd) -> [FaultLane: FaultEnd] {
        [.hongdun: end, .statetax: end, .localtax: end, .manifest: end]
    }

    static func unreachable(_ words: String) -> FaultEnd { .failed(.unreachable, words) }

    /// What passes is asked again; what does not ends the run.
    ///
    /// A file that breaks off again and again goes on where it broke off, and comes to its end.
    static func passing(_ name: String, _ kind: Fault.Kind, _ end: FaultEnd, file: FaultEnd? = nil) -> FaultRow {
        FaultRow(name: name, trouble: .fault(kind), once: all(.complete), always: all(end, file: file ?? end))
    }

    /// What is never asked again, and costs a page the run, but a file only itself.
    static func refused(_ name: String, _ kind: Fault.Kind, _ code: AdapterError.Code, _ words: String) -> FaultRow {
        FaultRow(name: name, trouble: .fault(kind), once: all(.failed(code, words), file: .refusedFile(words)))
    }
}
