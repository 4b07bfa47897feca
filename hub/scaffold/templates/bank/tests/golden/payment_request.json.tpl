{
  "message": "PaymentRequest/1.0",
  "body": {
    "order_no": "PO-1",
    "agreement_no": "A-1",
    "payer_account": "62220000000001",
    "payer_name": "西安示例进出口有限公司",
    "payee_account": "62220000000009",
    "payee_name": "示例保险公司",
    "amount": "14723.07",
    "items": [{"business_no": "P-1", "amount": "14723.07"}]
  }
}
