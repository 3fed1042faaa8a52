internal import Access
internal import CanonicalJSON
internal import HTTPTypes
internal import ServiceKit

extension Endpoint {
    /// The levers of a sandbox; a real exchange answers that there is no such path.
    static let sandbox = [
        Endpoint("sandbox", .get, "/v1/sandbox", .open) { library, _ in
            let control = try sandbox(of: library)
            return try await library.reading { .json(try control.overview().canonical) }
        },
        // Whoever may say where he is called may also let happen what he wants to be called about.
        Endpoint(
            "sandboxAct",
            .post,
            "/v1/sandbox/acts",
            .scope(.writeWatches),
            body: Body(mediaType: "application/json", limit: 16 * 1024)
        ) { library, inquiry in
            let control = try sandbox(of: library)
            guard let order = try? JSONValue(parsing: inquiry.body), order.object != nil else {
                throw Problem.body("a JSON object", "一个 JSON 对象")
            }
            return try await library.reading {
                do {
                    return .json(try control.perform(order).canonical)
                } catch let refusal as SandboxRefusal {
                    throw Problem(refusal)
                }
            }
        },
    ]

    private static func sandbox(of library: ExchangeLibrary) throws(Problem) -> any SandboxControl {
        guard let sandbox = library.sandbox else { throw .noSuchPath }
        return sandbox
    }
}

extension Problem {
    /// Of a kind each, for the description.
    static let badAct = Problem(SandboxRefusal(.form, "No such act, or it lacks something.", "无此动作，或缺少内容。"))
    static let impossibleAct = Problem(
        SandboxRefusal(.state, "As things are, it cannot happen; detail says why.", "目前无法发生；detail 写明原因。")
    )

    fileprivate init(_ refusal: SandboxRefusal) {
        let wording = Wording(refusal.english, refusal.chinese)
        switch refusal.reason {
        case .form: self.init(.badRequest, "bad-act", Wording("No such act", "动作有误"), wording)
        case .state: self.init(.conflict, "act-impossible", Wording("It cannot happen now", "目前无法发生"), wording)
        }
    }
}
