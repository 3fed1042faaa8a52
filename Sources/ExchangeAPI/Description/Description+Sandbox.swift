internal import CanonicalJSON

extension EndpointDescription {
    /// The levers of a sandbox; the description of a real exchange has none of it.
    static let sandbox: [String: EndpointDescription] = [
        "sandbox": EndpointDescription(
            title: .init("What there is to try", "可试用的内容"),
            text: .init(
                "The test enterprises, the acts that can be ordered, and the day of the simulated agencies.",
                "测试企业、可下达的动作，以及模拟机构的当前日期。"
            ),
            answers: [Answer(200, "The sandbox.", "沙箱概况。", json("SandboxOverview"))]
        ),
        "sandboxAct": EndpointDescription(
            title: .init("Let something happen", "令某事发生"),
            text: .init(
                "One act, or several of one day. It is published by a simulated agency and taken in by a sync; the answer comes "
                    + "when it is signed and served.",
                "单个动作，或同一天的多个动作。由模拟机构发布、经同步取得；签名并可供查询后才答复。"
            ),
            body: Body(schema: "SandboxOrder", example: #"{"act":"penalise","enterprise":"91440106MA9X00011L"}"#),
            answers: [
                Answer(200, "The day after it, and what changed.", "其后的日期与产生的变更。", json("SandboxOutcome"))
            ],
            problems: [.badAct, .impossibleAct]
        ),
    ]

    /// Where the schemas lie that nothing else names.
    static let sandboxSchemas = "Sandbox"
}
