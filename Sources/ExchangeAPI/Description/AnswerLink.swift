internal import CanonicalJSON

/// What can be asked next with what an answer gave: OpenAPI's links, by which tools get from one operation to another.
struct AnswerLink: Sendable {
    /// The operation that can be asked.
    let operation: String
    /// Its parameter.
    let parameter: String
    /// Where the answer holds the parameter's value, as a runtime expression.
    let source: String

    private init(_ operation: String, _ parameter: String, _ source: String) {
        self.operation = operation
        self.parameter = parameter
        self.source = source
    }

    /// By the operation that answers; they hold for its success.
    static let all: [String: [AnswerLink]] = [
        "sources": [AnswerLink("status", "digest", "$response.header.Suixin-Status")],
        "enterprise": [AnswerLink("evidence", "query", "$response.header.Suixin-Query")],
        "search": [AnswerLink("enterprise", "id", "$response.body#/hits/0/id")],
        "match": [AnswerLink("enterprise", "id", "$response.body#/results/0/candidates/0/id")],
        "changes": [AnswerLink("enterprise", "id", "$response.body#/changes/0/id")],
        "queries": [AnswerLink("evidence", "query", "$response.body#/queries/0/id")],
        "retractions": [AnswerLink("acknowledge", "retraction", "$response.body#/retractions/0/id")],
        "createWatchList": made("list", ["watchList", "watched", "changeWatchList", "removeWatchList"]),
        "createWebhook": made(
            "webhook",
            [
                "webhook", "changeWebhook", "rotateSecret", "enableWebhook", "disableWebhook", "deliveries", "replay",
                "removeWebhook",
            ]
        ),
    ]

    /// To what can be done with something that was made.
    private static func made(_ parameter: String, _ operations: [String]) -> [AnswerLink] {
        operations.map { AnswerLink($0, parameter, "$response.body#/id") }
    }

    var json: JSONValue {
        .object([
            "operationId": .string(operation), "parameters": .object([parameter: .string(source)]),
        ])
    }
}
